import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { mutated } from "../mutation/mutation.ts";
import { MUTATIONS } from "../mutation/mutations.ts";
import { generatedPart, isWriting, writePart } from "./generated-part.ts";
import { markdownTable } from "./markdown-table.ts";

const PAGE = "reliability.md";

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

function table(): string {
  const rows = MUTATIONS.toSorted((a, b) => number(a.promise) - number(b.promise)).map((each) => [
    each.promise,
    each.safeguard,
    `[${each.file.split("/").at(-1)}](../${each.file})`,
    `[${each.test[1]}](../${each.test[0]})`,
  ]);
  return markdownTable(["", "safeguard", "taken out of", "test that fails"], rows);
}

function number(promise: string): number {
  return Number(promise.slice(1));
}

it("the page on reliability names every safeguard that npm run mutations takes out", () => {
  if (isWriting) writePart(PAGE, "safeguards", table());
  expect(generatedPart(PAGE, "safeguards")).toBe(table());
});

it.each(MUTATIONS.map((each) => [each.safeguard, each] as const))(
  "a safeguard stands where it is taken out, and its test has the name: %s",
  (_, each) => {
    const text = textOf(each.file);
    expect(mutated(text, each)).not.toBe(text);
    expect(textOf(each.test[0])).toContain(each.test[1]);
  },
);
