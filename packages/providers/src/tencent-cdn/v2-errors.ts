import { entryOf } from "../shared/entry-of.ts";
import type { ErrorClass } from "./error-class.ts";

/*
 * The legacy API has a public code, and a business code inside the message: "(9105)text". The
 * business code says more and decides where it is about a purge. Sources: cloud.tencent.com
 * document/product/228/5078 (cut off after 9107 in the copy that we have), api/228/7346 (9110)
 * and doc/api/309/7025.
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

/**
 * Business codes. 1003 (no FTP account), 9089 (too many domains) and 9103 (domain cannot be deleted)
 * belong to other operations, and 9111 is listed without a meaning: there the public code decides.
 */
export const V2_BUSINESS_ERRORS: Readonly<Record<string, ErrorClass>> = {
  // Faults of the service's own parts: object storage, system, database, domain configuration.
  "-9021": "ambiguous",
  "-9015": "ambiguous",
  "-9014": "ambiguous",
  "-9011": "ambiguous",
  "9000": "ambiguous",
  // "No record fits": of a query that the log has nothing yet, of a submit nothing that we know.
  "-9009": "ambiguous",
  // The account's identity is under review, or was never proved.
  "1001": "auth",
  "1002": "auth",
  // A domain or a parameter: one URL can cause it.
  "-9018": "poisoned",
  "9003": "poisoned",
  "9092": "poisoned",
  "9093": "poisoned",
  "9105": "poisoned",
  "9107": "poisoned",
  "9110": "poisoned",
};

/** 4400 covers the request rate and the day's quota alike; only the words tell them apart. */
const DAY_WORDS = /\bday\b|\bdaily\b|每日|每天|当日|当天/i;

/** Null: a code that nobody listed. */
export function v2Class(code: string, message: string): ErrorClass | null {
  if (code === "4400" && DAY_WORDS.test(message)) return "quota";
  return entryOf(V2_BUSINESS_ERRORS, businessCode(message)) ?? entryOf(V2_ERRORS, code);
}

/** "No record fits" is a log's way to say that it has nothing. */
export function saysNoRecord(message: string): boolean {
  return businessCode(message) === "-9009";
}

function businessCode(message: string): string {
  return /^\s*\((-?\d+)\)/.exec(message)?.[1] ?? "";
}
