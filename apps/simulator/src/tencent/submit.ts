import { randomBytes } from "node:crypto";
import type { CallName, JsonObject, Lane, LaneLimits, QuotaClass } from "@purgeline/core";
import { quotasOf } from "@purgeline/core";
import type { PlayedAccount, Visit } from "../kernel/index.ts";

/** What is wrong with a submit, in words of ours; each API has its own codes for it. */
export type SubmitFault =
  | "none"
  | "unsupported"
  | "empty"
  | "batch"
  | "url"
  | "length"
  | "wildcard"
  | "host"
  | "quota";

export interface Submit {
  readonly lane: Lane;
  /** The operation that the account must be played with. */
  readonly call: CallName;
  readonly area: Area;
  readonly items: readonly string[];
  /** Kept with the task's records, beside the area. */
  readonly note: JsonObject;
}

export type Area = "mainland" | "overseas" | "global";

/** Checks a submit in the service's order, books its quota and makes its task. */
export function takeSubmit(
  visit: Visit,
  account: PlayedAccount,
  submit: Submit,
): { fault: SubmitFault; taskId: string } {
  const { area, items, note } = submit;
  const fault = faultOf(visit, account, submit);
  const taskId = `${Math.floor(visit.nowMs / 1000)}-${randomBytes(4).toString("hex")}`;
  if (fault === "none") account.tasks.add(taskId, visit.call ?? "", items, { ...note, area });
  return { fault, taskId };
}

function faultOf(visit: Visit, account: PlayedAccount, { lane, call, area, items }: Submit): SubmitFault {
  const limits = account.limits.lanes[lane];
  if (limits === undefined || limits.call !== call) return "unsupported";
  if (items.length === 0) return "empty";
  if (items.length > limits.batch) return "batch";
  const urls = items.map((item) => (/^https?:\/\/[^/]/.test(item) ? URL.parse(item) : null));
  if (urls.includes(null)) return "url";
  if (items.some((item) => item.length > limits.urlChars)) return "length";
  if (urls.some((url) => url?.hostname.includes("*"))) return "wildcard";
  if (visit.refusedItem(items) !== null) return "host";
  const units = items.length * limits.unitsPerTarget;
  return takeUnits(account, classesOf(limits, area), units) ? "none" : "quota";
}

/** Each area has a quota of its own; `global` spends both. The table says which class is which area's. */
export function classesOf(limits: LaneLimits, area: Area): readonly QuotaClass[] {
  return quotasOf(limits, { Area: area });
}

/** From all classes or from none. */
function takeUnits({ quota }: PlayedAccount, classes: readonly QuotaClass[], units: number): boolean {
  const left = classes.map((each) => quota.remaining(each) ?? Number.POSITIVE_INFINITY);
  if (left.some((each) => each < units)) return false;
  for (const each of classes) quota.take(each, units);
  return true;
}
