import type { Failure, HttpReply } from "@purgeline/core";

/**
 * The class of a reply whose body names no known code. A 2xx that we cannot read may
 * have been applied, and so may a 5xx; a 4xx is the provider's clear no.
 */
export function failureByStatus(
  reply: HttpReply,
  code: string,
  message: string,
  requestId: string | null,
): Failure {
  const refusal = { code, message, requestId };
  if (reply.status === 429) return { kind: "throttled", retryAfterMs: retryAfterMs(reply), ...refusal };
  if (reply.status === 401) return { kind: "auth", resign: false, ...refusal };
  if (reply.status >= 400 && reply.status < 500) return { kind: "refused", ...refusal };
  return { kind: "ambiguous", ...refusal };
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); the date form and anything else: null. */
export function retryAfterMs(reply: HttpReply): number | null {
  const seconds = reply.headers["retry-after"];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds.trim()) ? Number(seconds) * 1000 : null;
}
