import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeConfig, loadConfig, renderConfig, renderProblems } from "../src/index.ts";
import { configOf, FULL, load, VARIANTS, withAccount } from "./loading.ts";
import { catalog } from "./small-catalog.ts";

const SECRET = "hunter2hunter2";

/** A file whose every secret is SECRET, in the style of the shipped examples; `spelled` stands for each of them. */
const fileWith = (spelled: string): string => `
redis: { url: redis://h, password: ${spelled}, sentinelPassword: ${spelled}, tls: { key: ${spelled} } }
tokens:
  - { name: shop, secret: ${spelled}, allow: [purge] }
  - name: ops
    secret: ${spelled}
    allow: [admin]
accounts:
  - name: ali
    provider: alibaba-cdn
    credentials: { accessKeyId: ${spelled}, accessKeySecret: ${spelled}, securityToken: ${spelled} }
  - name: vod
    provider: huawei-vod
    credentials:
      iam: { endpoint: "http://u:${SECRET}@h", domain: d, user: u, password: ${spelled} }
`;

function saidAbout(text: string, env: Readonly<Record<string, string>> = {}): string {
  const loaded = loadConfig(text, env, catalog);
  const heard = loaded.ok ? loaded.warnings : loaded.problems;
  return `${JSON.stringify(heard)}\n${renderProblems(heard).join("\n")}`;
}

describe("secrets", () => {
  it.each([
    ["as they are", SECRET],
    [
      "without the space after the colon",
      SECRET,
      (text: string) => text.replaceAll(`: ${SECRET}`, `:${SECRET}`),
    ],
    ["as keys without a value", SECRET, (text: string) => text.replaceAll(/\w+: hunter2/g, "hunter2")],
    [
      "under misspelt keys",
      SECRET,
      (text: string) => text.replaceAll(/(\w)(\w+): hunter2/g, "$2$1: hunter2"),
    ],
    ["instead of mappings and lists", SECRET, (text: string) => text.replaceAll(/\{[^}]*\}/g, SECRET)],
    ["as tags", `!${SECRET}! x`],
    ["as directives", SECRET, (text: string) => `%${SECRET}\n---\n${text}`],
    ["as lists", `[${SECRET}]`],
    ["as mappings", `{ ${SECRET}: ${SECRET} }`],
    ["with a line break", `"${SECRET}\\n"`],
    ["as a URL", `redis://x:${SECRET}@h/x/y`],
  ])("never show in problems: %s", (_, spelled, edit: (text: string) => string = (text) => text) => {
    const said = saidAbout(edit(fileWith(spelled)));
    expect(said).toMatch(/expected|not valid YAML/);
    expect(said).not.toContain("hunter2");
  });

  it("never show in problems, whatever characters are lost or added around them", () => {
    const scraps = [
      "",
      " ",
      ":",
      ": ",
      "#",
      "\n",
      "\t",
      "'",
      '"',
      "{",
      "}",
      "[",
      "]",
      ",",
      "!",
      "&",
      "*",
      "%",
      "@",
      "`",
      "|",
      ">",
      "?",
      "- ",
      "\\",
      "\\x",
      "$",
      "<<: ",
      "---\n",
      "%TAG ",
    ];
    const scrap = fc.array(fc.constantFrom(...scraps), { maxLength: 3 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(scrap, scrap, fc.nat(12), (before, after, which) => {
        let count = 0;
        const text = fileWith(SECRET).replaceAll(SECRET, (found) =>
          count++ === which ? before + found + after : found,
        );
        expect(saidAbout(text)).not.toContain("hunter2");
      }),
      {
        numRuns: 1000,
        examples: [
          // A secret that stands as a key, `{ password: ,hunter2:? }`.
          [",", ":?", 0],
          // As a key of the file's own that takes the next lines for its value: a mapping, a list, a text.
          ["---\n", ":", 4],
          ["}\n", ": #", 7],
          ["\n", ": |", 4],
        ],
      },
    );
  });

  it("never show when they come from the environment into a key that is no secret", () => {
    const open = { ...FULL, log: { level: `\${S}` }, http: { host: `\${S}`, port: `\${S}` } };
    const said = saidAbout(JSON.stringify(open), { S: `${SECRET} ` });
    expect(said).toContain("log.level");
    expect(said).not.toContain(SECRET);
  });

  it("never show in the description of a configuration", () => {
    for (const file of Object.values(VARIANTS)) {
      const config = configOf(file);
      const said = JSON.stringify(describeConfig(config, catalog)) + renderConfig(config, catalog);
      expect(said).toContain("***");
      expect(said).not.toMatch(/1234|a-secret-of|redis-pass|watch-pass|PEM-key/);
    }
  });

  it("never show when a provider's own check finds fault", () => {
    const credentials = { ak: SECRET, sk: SECRET };
    const loaded = load(
      withAccount({ provider: "huawei-vod", projectId: null, signature: null, credentials }),
    );
    expect(loaded.ok).toBe(false);
    expect(JSON.stringify(loaded)).not.toContain("hunter2");
  });
});
