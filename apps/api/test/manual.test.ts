import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PROBLEM_KINDS } from "../src/api-problem.ts";
import { intentBodySchema } from "../src/schemas/intent-body.ts";

const manual = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");
const ADMIT = new URL("../../../packages/engine/src/admit/", import.meta.url);

/** Codes that admission gives to faults: they stand as `code: "…"`, behind a target, or as keys of the spelling faults. */
function faultCodes(): readonly string[] {
  const texts = readdirSync(ADMIT).map((file) => readFileSync(new URL(file, ADMIT), "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(/code: "([a-z-]+)"|target,\s+"([a-z-]+)"|^ {2}"([a-z]+-[a-z]+)": "/gm)].map(
      ([, one, two, three]) => one ?? two ?? three ?? "",
    ),
  );
}

it("the manual names every code", () => {
  const codes = [...new Set([...faultCodes(), ...Object.keys(PROBLEM_KINDS)])];
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((code) => !manual.includes(`\`${code}\``))).toEqual([]);
});

it("the manual names every field of an intent", () => {
  const fields = Object.keys(intentBodySchema.shape);
  expect(fields.filter((field) => !manual.includes(`\`${field}\``))).toEqual([]);
});
