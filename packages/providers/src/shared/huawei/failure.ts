import type { Failure, HttpReply, JsonObject, QuotaClass, Refusal } from "@purgeline/core";
import { failureByStatus, retryAfterMs } from "../failure-by-status.ts";
import { isObject, parseObject, textField } from "../json.ts";
import { classOf, type ErrorClass } from "./error-class.ts";

/** What a service's own codes mean, and what its calls spend. */
export interface Meaning {
  readonly codes: Readonly<Record<string, ErrorClass>>;
  /** The class that the call would have spent; null: none. */
  readonly spends: QuotaClass | null;
}

/** The error that a body tells of, whatever the status: flat, or as the CDN has it inside `error`; null: none. */
export function errorIn(body: JsonObject): JsonObject | null {
  const inner = isObject(body.error) ? body.error : body;
  return "error_code" in inner ? inner : null;
}

/** What a reply that is no success means. */
export function failureOf(reply: HttpReply, meaning: Meaning): Failure {
  const body = parseObject(reply.body) ?? {};
  const error = errorIn(body) ?? {};
  const code = textField(error, "error_code");
  const message = textField(error, "error_msg") ?? `HTTP ${reply.status} without an error message`;
  const requestId = requestIdOf(reply, body);
  if (code === null) return failureByStatus(reply, `HTTP ${reply.status}`, message, requestId);
  return failureByCode(reply, { code, message, requestId }, meaning);
}

export function requestIdOf(reply: HttpReply, body: JsonObject): string | null {
  return textField(body, "request_id") ?? reply.headers["x-request-id"] ?? null;
}

function failureByCode(reply: HttpReply, refusal: Refusal, { codes, spends }: Meaning): Failure {
  const errorClass = classOf(refusal.code, codes);
  switch (errorClass) {
    case "item":
      return { kind: "poisoned", ...refusal };
    case "internal":
      return { kind: "ambiguous", ...refusal };
    case "gateway":
      return { kind: "transient", ...refusal };
    case "auth":
      // A signature or a token that is only too old may be made again, once: after more than
      // five refusals in a row the provider locks the key for five minutes.
      return { kind: "auth", resign: /expire/i.test(refusal.message), ...refusal };
    case "renew":
      return { kind: "auth", resign: true, ...refusal };
    case "throttled":
      return {
        kind: "throttled",
        scope: "call",
        retryAfterMs: retryAfterMs(reply) ?? windowMs(refusal.message),
        ...refusal,
      };
    case "refused":
      return { kind: "refused", ...refusal };
    case null:
      return unlisted(reply, refusal, spends);
    default:
      return errorClass satisfies never;
  }
}

/**
 * The code for a spent quota is published nowhere, so its words decide: failing a
 * thousand targets for good because the day is over would be the worse mistake.
 */
function unlisted(reply: HttpReply, refusal: Refusal, spends: QuotaClass | null): Failure {
  const isRefused = reply.status >= 400 && reply.status < 500 && reply.status !== 429;
  if (spends !== null && isRefused && /quota|per day|daily/i.test(refusal.message)) {
    return { kind: "quota", class: spends, doubtful: false, ...refusal };
  }
  return failureByStatus(reply, refusal.code, refusal.message, refusal.requestId);
}

/** The window that "limit:10,time:1 minute" names; refused calls count in it, so all of it is waited for. */
function windowMs(message: string): number | null {
  const unit = /time:\s*1\s*(second|minute)/i.exec(message)?.[1]?.toLowerCase();
  if (unit === undefined) return null;
  return unit === "minute" ? 60_000 : 1_000;
}
