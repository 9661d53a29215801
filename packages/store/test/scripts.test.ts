import { describe, expect, it } from "vitest";
import { loadScript } from "../src/script.ts";
import { codeOf, declaredArgs, declaredKeys, headerOf, names, pages, textOf } from "./script-texts.ts";

/** Of a file, as `biome.jsonc` has it for those that Biome reads. */
const MOST_LINES = 300;

/** Top-level functions of a script with its pages, by name, and what is left: the script's own steps. */
function partsOf(source: string): {
  readonly functions: ReadonlyMap<string, string>;
  readonly steps: string;
} {
  const functions = new Map<string, string>();
  const steps: string[] = [];
  let open: { readonly name: string; readonly end: string } | null = null;
  // Where a page declares what it shows, it does not call that.
  const code = codeOf(source).replace(/^local [\w, ]+$/gm, "");
  for (const line of code.split("\n")) {
    // A page may wrap its functions in one block.
    const [, indent = "", name] = /^( {0,2})(?:local )?function ([\w.]+)\(/.exec(line) ?? [];
    if (open === null && name !== undefined) open = { name, end: `${indent}end` };
    if (open === null) steps.push(line);
    else functions.set(open.name, `${functions.get(open.name) ?? ""}${line}\n`);
    if (open !== null && (line === open.end || (name === open.name && line.endsWith(" end")))) open = null;
  }
  return { functions, steps: steps.join("\n") };
}

/** Kinds of keys that a script can come to, through all the functions that it can: `account`, `lane:*`, … */
function keysOf(source: string): readonly string[] {
  const { functions, steps } = partsOf(source);
  const reached = new Set<string>();
  const texts = [steps];
  for (const text of texts) {
    for (const [name, body] of functions) {
      if (reached.has(name) || !new RegExp(`(?<![\\w.])${name.replace(".", "\\.")}\\b`).test(text)) continue;
      reached.add(name);
      texts.push(body);
    }
  }
  // A channel is no key.
  const code = texts.join("\n").replace(/redis\.call\('PUBLISH'.*$/gm, "");
  const found = [...code.matchAll(/\bP \.\. '([a-z]+)(:?)/g)].map(([, key, more]) => `${key}${more && ":*"}`);
  return [...new Set(found)].sort();
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

  it("names every kind of key that the script can come to, and no other", () => {
    expect(declaredKeys(header)).toEqual(keysOf(loadScript(name).source));
  });

  it("names every argument that the script reads, and no other", () => {
    const { named, open } = declaredArgs(header);
    const code = codeOf(loadScript(name).source);
    for (const [, digits] of code.matchAll(/ARGV\[(\d+)\]/g)) {
      const index = Number(digits);
      expect(named.has(index) || index >= open, `ARGV[${index}]`).toBe(true);
    }
    const dynamic = /ARGV\[(?!\d)|unpack\(ARGV|#ARGV/.test(code);
    expect(open !== Number.POSITIVE_INFINITY).toBe(dynamic);
    const starts = [...code.matchAll(/(?:for \w+ = |unpack\(ARGV, )(\d+)(?=, #ARGV|, \d+ \+|\))/g)];
    for (const [text, start] of starts) expect(Number(start), text).toBe(open);
    expect([...named].sort((a, b) => a - b)).toEqual(Array.from(named, (_, i) => i + 1));
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

  it("is no longer than any other file", () => {
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(MOST_LINES);
  });
});

/** Functions and tables of functions that pages show to scripts and to other pages. */
const namesOfPages = pages.flatMap((page) =>
  [
    ...codeOf(textOf(`lib/${page}`)).matchAll(/^local (?:function )?(\w+(?:, \w+)*)(?: = \{\}$|\(|$)/gm),
  ].flatMap(([, locals = ""]) => locals.split(", ")),
);

it.each(names)("%s.lua includes each page once, and after those that it needs", (name) => {
  const included = [...textOf(name).matchAll(/^-- @include (\w+)$/gm)].map(([, page]) => page);
  expect(new Set(included).size).toBe(included.length);
  // What a page names must stand above it: Lua would take it for a global, and Redis refuses those when they are met.
  const { source } = loadScript(name);
  const code = codeOf(source);
  for (const local of namesOfPages) {
    const used = code.search(new RegExp(`(?<![\\w.:'])${local}(?:\\(|\\.\\w+\\()`));
    const declared = code.search(new RegExp(`^local (?:function )?(?:\\w+, )*${local}\\b`, "m"));
    if (used !== -1) expect(declared, `where ${local} stands`).toBeGreaterThanOrEqual(0);
    if (used !== -1) expect(used, `where ${local} is used`).toBeGreaterThanOrEqual(declared);
  }
});
