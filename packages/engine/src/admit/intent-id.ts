import { randomUUID } from "node:crypto";

// Opaque; the underscore and letters are safe in keys, job ids, URLs and file names.
const INTENT_ID = /^int_[A-Za-z0-9_-]{1,64}$/;

// RFC 9562, 5.7 (UUIDv7): 48 bits of milliseconds, the version, and 74 random bits beside the variant.
const TIMED_ID = /^int_([0-9a-f]{12})7[0-9a-f]{3}[89ab][0-9a-f]{15}$/;

/** It tells when it was given, so that one that is no longer kept can be told from one that never was. */
export function newIntentId(nowMs: number = Date.now()): string {
  const random = randomUUID().replaceAll("-", "").slice(13);
  return `int_${nowMs.toString(16).padStart(12, "0")}7${random}`;
}

/** Was it given longer ago than intents are kept? Ids of producers' own, and of what follows a purge, tell no time. */
export function isPastRetention(id: string, keptMs: number, nowMs: number): boolean {
  const givenMs = Number.parseInt(TIMED_ID.exec(id)?.[1] ?? "", 16);
  return nowMs - givenMs > keptMs;
}

export function isIntentId(text: string): boolean {
  return INTENT_ID.test(text);
}
