import { entryOf } from "../shared/entry-of.ts";
import type { ErrorClass } from "./error-class.ts";

/*
 * The legacy API has a public code, and a business code inside the message: "(9105)text". The
 * business code says more and decides where it is known. Sources: cloud.tencent.com/document
 * product/228/5078 (business codes, cut off after 9107 in the copy that we have) and api/309/7025.
 */

/** Public codes; 0 is success. */
export const V2_ERRORS: Readonly<Record<string, ErrorClass>> = {
  "4000": "poisoned",
  "4100": "auth",
  "4101": "auth",
  "4102": "auth",
  "4103": "auth",
  "4104": "auth",
  "4105": "auth",
  "4106": "auth",
  "4107": "auth",
  "4108": "auth",
  "4109": "auth",
  "4110": "auth",
  "4200": "resign",
  "4300": "auth",
  "4400": "throttled",
  "4500": "resign",
  "4600": "refused",
  "5000": "poisoned",
  "5100": "transient",
  // "Partly done": which part is not said.
  "5400": "ambiguous",
  "6000": "ambiguous",
  "6100": "refused",
  "6200": "transient",
};

/** Business codes: only those whose meaning is known. */
export const V2_BUSINESS_ERRORS: Readonly<Record<string, ErrorClass>> = {
  "9000": "ambiguous",
  "9003": "poisoned",
  "9105": "poisoned",
  "9107": "poisoned",
};

/** 4400 covers the request rate and the day's quota alike; only the words tell them apart. */
const DAY_WORDS = /\bday\b|\bdaily\b|每日|每天|当日|当天/i;

/** Null: a code that nobody listed. */
export function v2Class(code: string, message: string): ErrorClass | null {
  if (code === "4400" && DAY_WORDS.test(message)) return "quota";
  const business = /^\s*\((-?\d+)\)/.exec(message)?.[1] ?? "";
  return entryOf(V2_BUSINESS_ERRORS, business) ?? entryOf(V2_ERRORS, code);
}
