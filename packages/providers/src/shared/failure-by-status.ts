import type { Failure, HttpReply } from "@purgeline/core";

/**
 * The class of a reply whose body names no known code: unknown is ambiguous, a 4xx too. A code that
 * nobody listed may be a new word for throttling as well as for a bad item, and a page of some proxy
 * says nothing about the batch; as a refusal either would end up to a thousand targets for good.
 */
export function failureByStatus(
  reply: HttpReply,
  code: string,
  message: string,
  requestId: string | null,
): Failure {
  const refusal = { code, message, requestId };
  if (reply.status === 429)
    return { kind: "throttled", scope: "call", retryAfterMs: retryAfterMs(reply), ...refusal };
  if (reply.status === 401) return { kind: "auth", resign: false, ...refusal };
  return { kind: "ambiguous", ...refusal };
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); the date form and anything else: null. */
export function retryAfterMs(reply: HttpReply): number | null {
  const seconds = reply.headers["retry-after"];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds.trim()) ? Number(seconds) * 1000 : null;
}
