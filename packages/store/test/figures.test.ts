import {
  GATE_MARGIN_MS,
  GROUPS_A_TURN,
  MORE_RATE,
  MOST_LEVELS,
  MOST_PASSED_OVER,
  MOST_PLACE_CHARS,
  RESET_GUARD_MS,
  WHOLE_RATE,
} from "@purgeline/core";
import { expect, it } from "vitest";
import { codeOf, names, pages, textOf } from "./script-texts.ts";

const code: string = [...names, ...pages.map((page) => `lib/${page}`)].map(textOf).map(codeOf).join("\n");

it.each<[string, RegExp, number]>([
  ["the gate's margin", /\bMARGIN_MS = (\d+)/g, GATE_MARGIN_MS],
  ["a whole rate", /\bWHOLE, MORE = (\d+),/g, WHOLE_RATE],
  ["what a rate gets back with each window", /\bWHOLE, MORE = \d+, (\d+)/g, MORE_RATE],
  ["the groups that a turn looks at", /\bSCAN = (\d+)/g, GROUPS_A_TURN],
  ["the keys that a take passes over", /\bMOST_PASSED_OVER = (\d+)/g, MOST_PASSED_OVER],
  ["the directories that are looked for", /\bMOST_LEVELS, MOST_PLACE_CHARS = (\d+),/g, MOST_LEVELS],
  ["their characters", /\bMOST_LEVELS, MOST_PLACE_CHARS = \d+, (\d+)/g, MOST_PLACE_CHARS],
  ["the guard around a reset", /\btimeoutMs \+ (\d+)\b(?! \*)/g, RESET_GUARD_MS],
])("scripts and plans go by one figure: %s", (_, pattern, figure) => {
  const told = [...code.matchAll(pattern)].map(([, digits]) => Number(digits));
  expect([...new Set(told)]).toEqual([figure]);
});
