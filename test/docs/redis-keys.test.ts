import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const ROOT = new URL("../../", import.meta.url);
const SCRIPTS = new URL("packages/store/src/scripts/", ROOT);
/** The last word of a key may be a class: `:open:u`. */
const CLASSES: ReadonlySet<string> = new Set(["u", "n"]);

/** The fixed words of the keys that the scripts put together: `P .. 'lane:' .. lane .. ':keys'`. */
function wordsOfScripts(): ReadonlySet<string> {
  const lua = globSync("**/*.lua", { cwd: SCRIPTS }).map((file) =>
    readFileSync(new URL(file, SCRIPTS), "utf8"),
  );
  const parts = [...lua.join("\n").matchAll(/\.\. '(:?[a-z]+[a-z:]*)'/g)];
  return new Set(parts.flatMap(([, part = ""]) => part.split(":")).filter(isWord));
}

/** The same of the keys in the page: `P lane:<lane>:keys`, `:retry`. */
function wordsOfPage(): ReadonlySet<string> {
  const page = readFileSync(new URL("docs/ARCHITECTURE.md", ROOT), "utf8");
  const [, section = ""] = /^## Keys in Redis$([\s\S]*?)^## /m.exec(page) ?? [];
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  const keys = [...rows.map((row) => row.split(" | ")[0]), section.match(/`P changed`/)?.[0]].join(" ");
  const spans = [...keys.matchAll(/`(?:P |:)([^`]+)`/g)];
  return new Set(spans.flatMap(([, key = ""]) => key.split(":")).filter(isWord));
}

function isWord(part: string): boolean {
  return /^[a-z]+$/.test(part) && !CLASSES.has(part);
}

it("the architecture page lists the keys that the scripts touch, and no other", () => {
  expect(wordsOfScripts().size).toBeGreaterThan(30);
  expect([...wordsOfPage()].sort()).toEqual([...wordsOfScripts()].sort());
});
