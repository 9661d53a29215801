import type { Failure, HttpReply, JsonObject, QuotaClass } from "@purgeline/core";
import { failureByStatus, retryAfterMs } from "../failure-by-status.ts";
import { textField } from "../json.ts";
import { errorClass } from "./error-classes.ts";

/** The SDK reads `x-acs-retry-after` as milliseconds and believes at most two minutes of it (DARA getBackoffDelay). */
const MAX_RETRY_AFTER_MS = 120_000;

export function isSuccess(reply: HttpReply): boolean {
  return reply.status >= 200 && reply.status < 300;
}

/** The failure that a reply states; `body` null: it was not a JSON object. `quota`: the class that the batch spends. */
export function failureOf(reply: HttpReply, body: JsonObject | null, quota: QuotaClass | null): Failure {
  const requestId = body === null ? null : textField(body, "RequestId");
  const code = body === null ? null : textField(body, "Code");
  const message =
    (body === null ? null : textField(body, "Message")) ??
    `HTTP ${reply.status} with neither a result nor an error that can be read`;
  if (code === null) return failureByStatus(reply, `HTTP${reply.status}`, message, requestId);
  const known = errorClass(code);
  if (known === null) return failureByStatus(reply, code, message, requestId);
  const refusal = { code, message, requestId };
  switch (known.kind) {
    case "throttled":
      return { kind: "throttled", scope: "call", retryAfterMs: waitMs(reply) ?? known.waitMs, ...refusal };
    case "quota":
      return { kind: "quota", class: quota, doubtful: false, ...refusal };
    case "auth":
      return { kind: "auth", resign: known.resign, ...refusal };
    case "transient":
    case "poisoned":
    case "refused":
      return { kind: known.kind, ...refusal };
    default:
      return known satisfies never;
  }
}

function waitMs(reply: HttpReply): number | null {
  const ms = reply.headers["x-acs-retry-after"];
  if (ms === undefined || !/^\d{1,9}$/.test(ms)) return retryAfterMs(reply);
  return Math.min(Number(ms), MAX_RETRY_AFTER_MS);
}
