import type { JsonObject, Problem } from "@purgeline/core";

export type Report = (problem: Problem) => void;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Values of a wrong type are named by type: they may be as deep and as large as the body. */
export function wrongType(path: readonly (string | number)[], value: unknown, expected: string): Problem {
  return {
    path,
    code: "wrong-type",
    value: typeName(value),
    detail: `this is ${typeName(value)}; ${expected}`,
  };
}

export function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
