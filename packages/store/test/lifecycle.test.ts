import { readFileSync } from "node:fs";
import { LETTER, NEXT, STATES } from "@purgeline/core";
import { expect, it } from "vitest";

it("the scripts allow exactly the steps of the lifecycle", () => {
  const lua = readFileSync(new URL("../src/scripts/lib/mark.lua", import.meta.url), "utf8");
  const table = /local MAY_BECOME = \{\n([\s\S]*?)\n *\}\n/.exec(lua)?.[1] ?? "";
  const inLua = table.split("\n").flatMap((line) => {
    const [, to = "", from = ""] = /^ *(\w) = \{ (.*) \},$/.exec(line) ?? [];
    return from.split(", ").map((each) => `${each.slice(0, 1)}>${to}`);
  });
  const inCore = STATES.flatMap((state) => NEXT[state].map((next) => `${LETTER[state]}>${LETTER[next]}`));
  expect(inLua.toSorted()).toEqual(inCore.toSorted());
});
