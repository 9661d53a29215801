import type { Failure, HttpReply, JsonObject, QuotaClass } from "@purgeline/core";
import { failureByStatus, retryAfterMs } from "../failure-by-status.ts";
import { textField } from "../json.ts";
import { errorClass } from "./error-classes.ts";

/** The SDK reads `x-acs-retry-after` as milliseconds and believes at most two minutes of it (DARA getBackoffDelay). */
const MAX_RETRY_AFTER_MS = 120_000;

type Words = Pick<Failure, "code" | "message" | "requestId">;

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
  const refusal: Words = { code: code ?? `HTTP${reply.status}`, message, requestId };
  const known = code === null ? null : errorClass(code);
  if (known === null) return unlisted(reply, refusal);
  switch (known.kind) {
    case "throttled":
      return {
        kind: "throttled",
        scope: known.scope,
        retryAfterMs: longer(waitMs(reply), known.leastWaitMs),
        ...refusal,
      };
    case "quota":
      return { kind: "quota", class: quota, doubtful: known.doubtful, ...refusal };
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

/** No page states how much a gateway takes in a URL or a body: one that says "too much" gets half. */
function unlisted(reply: HttpReply, refusal: Words): Failure {
  if (reply.status === 413 || reply.status === 414) return { kind: "poisoned", ...refusal };
  return failureByStatus(reply, refusal.code, refusal.message, refusal.requestId);
}

function longer(told: number | null, least: number | null): number | null {
  return told === null || least === null ? (told ?? least) : Math.max(told, least);
}

function waitMs(reply: HttpReply): number | null {
  const ms = reply.headers["x-acs-retry-after"];
  if (ms === undefined || !/^\d{1,9}$/.test(ms)) return retryAfterMs(reply);
  return Math.min(Number(ms), MAX_RETRY_AFTER_MS);
}
