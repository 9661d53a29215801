import { readdirSync, readFileSync } from "node:fs";

const DIRECTORY = new URL("../src/scripts/", import.meta.url);
const namesIn = (directory: URL): readonly string[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith(".lua"))
    .map((file) => file.slice(0, -4));

/** Every script, and every page that they include. */
export const names: readonly string[] = namesIn(DIRECTORY);
export const pages: readonly string[] = namesIn(new URL("lib/", DIRECTORY));

export function textOf(file: string): string {
  return readFileSync(new URL(`${file}.lua`, DIRECTORY), "utf8");
}

export function headerOf(text: string): string {
  return /^(?:--.*\n)+/.exec(text)?.[0] ?? "";
}

export function codeOf(text: string): string {
  return text.replace(/--.*$/gm, "");
}

/** Numbers that a header names as `[7]`, `[10…]`: the last one may stand for all that follow. */
export function declaredArgs(header: string): { readonly named: ReadonlySet<number>; readonly open: number } {
  const named = new Set<number>();
  let open = Number.POSITIVE_INFINITY;
  for (const [, digits, more] of header.slice(header.indexOf("ARGV")).matchAll(/\[(\d+)(…)?\]/g)) {
    named.add(Number(digits));
    if (more !== undefined) open = Number(digits);
  }
  return { named, open };
}

/** Kinds of keys by a header's words: `account`, `lane:*`, … */
export function declaredKeys(header: string): readonly string[] {
  const [, list = ""] = /KEYS\[1\] the account's prefix; (.*)\n/.exec(header) ?? [];
  const told = list.split(/, |; /).map((each) => each.replace(/^(touches|reads) /, ""));
  return told.filter((each) => each !== "").sort();
}
