import { randomBytes } from "node:crypto";
import type { JsonObject, Lane } from "@purgeline/core";
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
  readonly items: readonly string[];
  /** Kept with the task's records. */
  readonly note: JsonObject;
}

/** Checks a submit in the service's order, books its quota and makes its task. */
export function takeSubmit(
  visit: Visit,
  account: PlayedAccount,
  submit: Submit,
): { fault: SubmitFault; taskId: string } {
  const fault = faultOf(visit, account, submit);
  const taskId = `${Math.floor(visit.nowMs / 1000)}-${randomBytes(4).toString("hex")}`;
  if (fault === "none") account.tasks.add(taskId, visit.call ?? "", submit.items, submit.note);
  return { fault, taskId };
}

function faultOf(visit: Visit, account: PlayedAccount, { lane, items }: Submit): SubmitFault {
  const limits = account.limits.lanes[lane];
  if (limits === undefined || limits.call !== visit.call) return "unsupported";
  if (items.length === 0) return "empty";
  if (items.length > limits.batch) return "batch";
  const urls = items.map((item) => (/^https?:\/\/[^/]/.test(item) ? URL.parse(item) : null));
  if (urls.includes(null)) return "url";
  if (items.some((item) => item.length > limits.urlChars)) return "length";
  if (urls.some((url) => url?.hostname.includes("*"))) return "wildcard";
  if (visit.refusedItem(items) !== null) return "host";
  const isPaid =
    limits.quota === null || account.quota.take(limits.quota, items.length * limits.unitsPerTarget);
  return isPaid ? "none" : "quota";
}
