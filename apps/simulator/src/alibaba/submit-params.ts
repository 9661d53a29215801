import { invalid } from "./codes.ts";
import type { Refusal } from "./replies.ts";

type Check = (text: string) => boolean;

const isFlag: Check = (text) => /^(?:true|false)$/.test(text);

/** What the submits of URLs take beside their paths and their type. */
const CHECKS: Readonly<Record<string, Check>> = {
  Force: isFlag,
  L2Preload: isFlag,
  QueryHashkey: isFlag,
  ConsistencyHash: isFlag,
  Area: (text) => /^(?:domestic|overseas)$/.test(text),
  WithHeader: isHeaders,
};

export function whyNotParams(params: ReadonlyMap<string, string>): Refusal | null {
  const wrong = Object.entries(CHECKS).find(
    ([name, holds]) => params.has(name) && !holds(params.get(name) ?? ""),
  );
  return wrong === undefined ? null : invalid(wrong[0]);
}

/** JSON of header → list of values. */
function isHeaders(text: string): boolean {
  const lists = Object.values(objectIn(text) ?? { none: null });
  return lists.every((list) => Array.isArray(list) && list.every((value) => typeof value === "string"));
}

/** The JSON object that a parameter carries as text; null: it carries none. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
