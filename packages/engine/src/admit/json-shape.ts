import { type JsonObject, type Problem, showValue } from "@purgeline/core";

export type Report = (problem: Problem) => void;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function wrongType(path: readonly (string | number)[], value: unknown, expected: string): Problem {
  return {
    path,
    code: "wrong-type",
    value: glimpse(value),
    detail: `this is ${typeName(value)}; ${expected}`,
  };
}

export function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const MOST_MEMBERS = 10;
const MOST_SHOWN = 200;

/**
 * The value as far as it is shown. Lists and objects may be as deep and as large as the body, and hold
 * headers and credentials under any name: of objects the names are shown, of lists what is no list or object.
 */
export function glimpse(value: unknown): string {
  if (Array.isArray(value)) return inside("[", value.slice(0, MOST_MEMBERS).map(member), value.length, "]");
  if (!isObject(value)) return showValue(value);
  const names = Object.keys(value);
  const shown = names.slice(0, MOST_MEMBERS).map((name) => `${JSON.stringify(showValue(name))}:…`);
  return inside("{", shown, names.length, "}");
}

function inside(open: string, shown: readonly string[], count: number, close: string): string {
  return `${open}${[...shown, ...(count > shown.length ? ["…"] : [])].join(",")}${close}`.slice(
    0,
    MOST_SHOWN,
  );
}

function member(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : "[…]";
  if (isObject(value)) return Object.keys(value).length === 0 ? "{}" : "{…}";
  return typeof value === "string" ? JSON.stringify(showValue(value)) : String(value);
}
