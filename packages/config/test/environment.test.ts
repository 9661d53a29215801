import { describe, expect, it } from "vitest";
import { brief, configOf, problemsOf } from "./loading.ts";

const withSecret = (secret: string): string => `
# \${IN_A_COMMENT} is nobody's business
tokens: [{ name: shop, secret: ${secret}, allow: [purge] }]
http: { port: \${PORT} }
accounts: [{ name: ali, provider: alibaba-cdn, credentials: { ak: \${AK}, sk: "x\${SK}y" } }]
`;
const ENV = { PORT: "9000", AK: "the-id", SK: "the-key", S: "from-the-environment" };

describe("variables of the environment", () => {
  it("are read in flow mappings, in quotes and within a text", () => {
    const config = configOf(withSecret(`\${S}`), ENV);
    expect(config.http.port).toBe(9000);
    expect(config.tokens?.[0]?.secret).toBe("from-the-environment");
    expect(config.accounts[0]?.settings.credentials).toMatchObject({
      accessKeyId: "the-id",
      accessKeySecret: "xthe-keyy",
    });
  });

  it("may hold anything that would be syntax in the file", () => {
    for (const secret of [
      "a: b # c".replaceAll(" ", "_"),
      "{[&*!|>'\"%@`",
      "12345678901",
      `\${PORT}-\${PORT}`,
    ]) {
      expect(configOf(withSecret(`\${S}`), { ...ENV, S: secret }).tokens?.[0]?.secret).toBe(secret);
    }
  });

  it("are all reported when they are missing or empty, each where it stands, and nothing else is", () => {
    expect(brief(problemsOf(withSecret(`\${S}`), { S: "" }))).toEqual([
      "tokens.0.secret: missing-environment",
      "http.port: missing-environment",
      "accounts.0.credentials.ak: missing-environment",
      "accounts.0.credentials.sk: missing-environment",
    ]);
    expect(problemsOf(withSecret(`\${S}`), { ...ENV, S: "" })).toMatchObject([
      { detail: "the environment variable S is empty", at: { line: 3, column: 24 } },
    ]);
  });

  it("do not come from the prototype of the environment", () => {
    expect(problemsOf(withSecret(`\${constructor}`), ENV)[0]?.detail).toMatch("constructor is not set");
  });

  it("must have names, without the extras that shells know", () => {
    expect(problemsOf(withSecret(`\${S:-default}`), ENV)).toMatchObject([
      {
        path: ["tokens", 0, "secret"],
        code: "missing-environment",
        detail: expect.stringMatching("expected the name"),
      },
    ]);
  });

  it("are left alone behind a doubled dollar", () => {
    const config = configOf(withSecret(`"12345678$\${S}"`), ENV);
    expect(config.tokens?.[0]?.secret).toBe(`12345678\${S}`);
  });

  it("are shown by name, never by value, when what they hold is wrong", () => {
    const [problem] = problemsOf(withSecret(`\${S}`), { ...ENV, PORT: "s3cr3t-in-the-wrong-place" });
    expect(problem).toMatchObject({ path: ["http", "port"], value: `\${PORT}` });
  });
});
