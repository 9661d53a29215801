import { describe, expect, it } from "vitest";
import { brief, configOf, problemsOf } from "./loading.ts";

const ACCOUNTS = "accounts: [{ name: ali, provider: alibaba-cdn, credentials: { ak: a, sk: b } }]\n";

describe("YAML", () => {
  it.each([
    ["an open bracket", `${ACCOUNTS}http: { port: 1\n`, 3],
    ["a tab as indentation", `${ACCOUNTS}http:\n\tport: 1\n`, 3],
    ["a key given twice", `${ACCOUNTS}log: {}\nlog: {}\n`, 3],
    ["an alias without its anchor", `${ACCOUNTS}log: *nobody\n`, 2],
    ["a second document", `${ACCOUNTS}---\nlog: {}\n`, 2],
    ["a tag that nobody knows", `${ACCOUNTS}log: { level: !shout info }\n`, 2],
    ["a key that is a list", `${ACCOUNTS}? [a]\n: 1\n`, 2],
  ])("that is broken is reported with its line: %s", (_, text, line) => {
    expect(problemsOf(text)[0]).toMatchObject({ code: "yaml-syntax", path: [], at: { line } });
  });

  it("that merges what is no mapping, or runs in circles, is a problem and no crash", () => {
    expect(brief(problemsOf(`${ACCOUNTS}<<: 5\n`))).toEqual([": yaml-syntax"]);
    expect(problemsOf(`${ACCOUNTS}log: &a { level: *a }\n`)).not.toEqual([]);
    expect(problemsOf("accounts: &a [*a]\n")).not.toEqual([]);
  });

  it("may say a thing once and use it twice", () => {
    const config = configOf(
      `
accounts:
  - &first { name: one, provider: alibaba-cdn, credentials: &keys { ak: a, sk: \${SK} } }
  - { <<: *first, name: two }
  - { name: three, provider: alibaba-cdn, credentials: *keys }
`,
      { SK: "shared" },
    );
    expect(config.accounts.map(({ settings }) => settings.name)).toEqual(["one", "two", "three"]);
    expect(new Set(config.accounts.map(({ settings }) => JSON.stringify(settings.credentials))).size).toBe(1);
  });

  it("gives each problem the line and column of its key or list entry", () => {
    const text = `log:\n  level: loud\n${ACCOUNTS}tokens:\n  - name: a\n    hosts: [ok.example, "not ok"]\n`;
    const places = problemsOf(text).map(({ path, at }) => [path.join("."), at?.line, at?.column]);
    expect(places).toEqual([
      ["log.level", 2, 3],
      ["tokens.0.secret", 5, 5],
      ["tokens.0.allow", 5, 5],
      ["tokens.0.hosts.1", 6, 25],
    ]);
  });
});
