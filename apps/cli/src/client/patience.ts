import type { Reply } from "./reply.ts";

/** How long a request is repeated. */
export interface Patience {
  /** Requests without an answer, the first included. */
  readonly lostTries: number;
  /** How long a server that says "not now" is asked again. */
  readonly busyMs: number;
}

/** Questions that change nothing and that nobody waits for: one repeat, for a connection that was just cut. */
export const BRIEF: Patience = { lostTries: 2, busyMs: 0 };

/** 0.25 + 0.5 + 1 + 2 s: long enough for an API that restarts, short enough for one that is not there. */
export const PATIENT: Patience = { lostTries: 5, busyMs: 60_000 };

/** While waiting for an intent, which goes on by itself: 0.25 + … + 4 + 4 × 4 s ≈ 24 s of silence. */
export const STUBBORN: Patience = { lostTries: 10, busyMs: 300_000 };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
const LONGEST_RETRY_AFTER_MS = 10_000;
const RETRY_AFTER_MS = 1_000;

/** A key whose first request still runs (409), a full or absent Redis, an outcome that nobody knows: all pass. */
const PASSING: ReadonlySet<number> = new Set([409, 429, 502, 503, 504]);

/** In how many ms to send the same request, with the same Idempotency-Key, again; null: this reply is the answer. */
export function repeatInMs(
  reply: Reply,
  patience: Patience,
  so: { readonly tries: number; readonly busyMs: number; readonly isKeyed: boolean },
): number | null {
  if (reply.kind === "ok") return null;
  if (reply.kind === "lost") {
    if (so.tries >= patience.lostTries) return null;
    return Math.min(FIRST_PAUSE_MS * 2 ** (so.tries - 1), LONGEST_PAUSE_MS);
  }
  if (!PASSING.has(reply.problem.status)) return null;
  if (reply.problem.status === 409 && !so.isKeyed) return null;
  const pauseMs = Math.min(reply.retryAfterMs ?? RETRY_AFTER_MS, LONGEST_RETRY_AFTER_MS);
  return so.busyMs + pauseMs <= patience.busyMs ? Math.max(pauseMs, FIRST_PAUSE_MS) : null;
}
