import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadScript } from "../src/script.ts";

const DIRECTORY = new URL("../src/scripts/", import.meta.url);
const names = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith(".lua"))
  .map((file) => file.slice(0, -4));
const pages = readdirSync(new URL("lib/", DIRECTORY)).map((file) => file.slice(0, -4));
const textOf = (file: string): string => readFileSync(new URL(`${file}.lua`, DIRECTORY), "utf8");
const headerOf = (text: string): string => /^(?:--.*\n)+/.exec(text)?.[0] ?? "";
const codeOf = (text: string): string => text.replace(/--.*$/gm, "");

/** Numbers that the header names as `[7]`, `[10…]`: the last one may stand for all that follow. */
function declaredArgs(header: string): { readonly named: ReadonlySet<number>; readonly open: number } {
  const named = new Set<number>();
  let open = Number.POSITIVE_INFINITY;
  for (const [, digits, more] of header.matchAll(/\[(\d+)(…)?\]/g)) {
    named.add(Number(digits));
    if (more !== undefined) open = Number(digits);
  }
  return { named, open };
}

describe.each(names)("the header of %s.lua", (name) => {
  const text = textOf(name);
  const header = headerOf(text);

  it("tells what the script is for, its key, what it returns and what that costs", () => {
    expect(header).toMatch(new RegExp(`^-- ${name}: \\w`));
    expect(header).toMatch(/KEYS\[1\] \w/);
    expect(header).toMatch(/-- returns /);
    expect(header).toMatch(/O\(.+\)/);
  });

  it("names every argument that the script reads, and no other", () => {
    const { named, open } = declaredArgs(header.slice(header.indexOf("ARGV")));
    const code = codeOf(loadScript(name).source);
    for (const [, digits] of code.matchAll(/ARGV\[(\d+)\]/g)) {
      const index = Number(digits);
      expect(named.has(index) || index >= open, `ARGV[${index}]`).toBe(true);
    }
    const dynamic = /ARGV\[(?!\d)|unpack\(ARGV|#ARGV/.test(code);
    expect(open !== Number.POSITIVE_INFINITY).toBe(dynamic);
    for (const index of named) {
      const used = index >= open || code.includes(`ARGV[${index}]`);
      expect(used, `[${index}] is read`).toBe(true);
    }
  });
});

describe.each([...names, ...pages.map((page) => `lib/${page}`)])("%s.lua", (name) => {
  const text = textOf(name);

  it("names keys by the account's prefix alone, so that they share a Cluster slot", () => {
    const code = codeOf(text);
    expect(code).not.toMatch(/KEYS\[[^1]/);
    // The first argument of every command: the prefix, or a name that was built from it.
    const keyed = /redis\.call\('(?!(?:TIME|INFO)')\w+',\s*([^,)]+)/g;
    for (const [call, key = ""] of code.matchAll(keyed))
      expect(key.trim(), call).toMatch(
        /^(P \.\.|[BCKL]( \.\.)?|P$|\w*[kK]ey\b|fifo$|owner$|slotsKey$|quotaKey|laneKey|windowKey)/,
      );
    expect(code).not.toMatch(/redis\.pcall|math\.random/);
  });

  it("reads Redis's clock alone", () => {
    expect(codeOf(text)).not.toMatch(/os\.(time|clock|date)/);
  });
});

it.each(names)("%s.lua includes each page once, and after those that it needs", (name) => {
  const included = [...textOf(name).matchAll(/^-- @include (\w+)$/gm)].map(([, page]) => page);
  expect(new Set(included).size).toBe(included.length);
  // What a page names must stand above it: Lua would take it for a global, and Redis refuses those when they are met.
  const { source } = loadScript(name);
  const code = codeOf(source);
  for (const [, local = ""] of code.matchAll(/^local function (\w+)/gm)) {
    const declared = code.search(new RegExp(`^local function ${local}\\b`, "m"));
    const used = code.search(new RegExp(`\\b${local}\\(`));
    expect(used, local).toBeGreaterThanOrEqual(declared);
  }
});
