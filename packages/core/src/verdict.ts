import type { Failure, Outcome, Rejection } from "./provider.ts";
import { decideQuota, type QuotaFacts } from "./quota-refusal.ts";
import type { Hold, Rejected, Verdict } from "./work-store.ts";

/** What a decision depends on beside the outcome. */
export interface AttemptFacts extends QuotaFacts {
  readonly items: readonly string[];
  /** 1 for the first sending. */
  readonly attempt: number;
  /** Since the first sending. */
  readonly ageMs: number;
  readonly giveUpAfterMs: number;
  /** The lane's. */
  readonly resendAfterMs: number;
  readonly pollInMs: number;
  /** 0 ≤ jitter < 1. */
  readonly jitter: number;
}

/** First wait after a failure, and the longest: full jitter between 0 and the doubled step. */
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;
/** A provider that throttles without saying for how long means its window: a second at most of them. */
const THROTTLED_MS = 1000;
/** Alibaba's limit of a domain is by the minute, and its page says to wait for one (read 2026-11-21). */
const DOMAINS_THROTTLED_MS = 60_000;
/** No lane sends again sooner what may have been applied: Tencent's v2 log tells two purges of a key apart by 3 s. */
const RESEND_AFTER_MS = 3000;
/** Huawei locks a key for 5 minutes after 5 bad signatures: one probe in 10 minutes stays far from that. */
export const PROBE_EVERY_MS = 600_000;

export function backoffMs(attempt: number, jitter: number): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.ceil(ceiling * jitter);
}

/** What follows from an outcome. No attempt limit: time bounds retries, and a throttled call costs no attempt at all. */
export function decide(outcome: Outcome, at: AttemptFacts): Verdict {
  switch (outcome.kind) {
    case "done":
      return { do: "finish", rejected: rejectedOf(outcome.rejected, at.items) };
    case "accepted": {
      const rejected = rejectedOf(outcome.rejected, at.items);
      return { do: "accept", tasks: outcome.tasks, pollInMs: at.pollInMs, rejected };
    }
    default:
      return decideFailure(outcome, at);
  }
}

function decideFailure(failure: Failure, at: AttemptFacts): Verdict {
  const { code, message } = failure;
  const holdsBack = failure.kind === "transient" || failure.kind === "ambiguous";
  if (holdsBack && at.ageMs >= at.giveUpAfterMs) {
    // Whether an ambiguous one was applied will never be known: that is what `unconfirmed` says.
    const end = failure.kind === "ambiguous" ? "unconfirmed" : "failed";
    return { do: "end", end, code, message, refund: failure.kind === "transient" };
  }
  const waitMs = backoffMs(at.attempt, at.jitter);
  const outage: Hold = { scope: "call", why: "provider", ms: FIRST_BACKOFF_MS };
  switch (failure.kind) {
    case "throttled": {
      const isCall = failure.scope !== "domains";
      const ms = failure.retryAfterMs ?? (isCall ? THROTTLED_MS : DOMAINS_THROTTLED_MS);
      const hold: Hold = isCall ? { scope: "call", why: "throttled", ms } : { scope: "domains", ms };
      return { do: "retry", inMs: ms, resend: null, hold };
    }
    case "quota":
      return (
        decideQuota(failure, at) ?? { do: "retry", inMs: LONGEST_BACKOFF_MS, resend: null, hold: outage }
      );
    case "transient":
      return { do: "retry", inMs: waitMs, resend: null, hold: outage };
    case "ambiguous":
      return {
        do: "retry",
        inMs: Math.max(RESEND_AFTER_MS, at.resendAfterMs, waitMs),
        resend: "ambiguous",
        hold: outage,
      };
    case "auth":
      // The stop holds it back, from whoever calls with the same credential.
      return {
        do: "retry",
        inMs: 0,
        resend: null,
        hold: { scope: "account", reason: code, probeInMs: PROBE_EVERY_MS },
      };
    case "poisoned":
      if (at.items.length > 1) return { do: "split", code, message };
      return { do: "end", end: "failed", code, message, refund: true };
    case "refused":
      return { do: "end", end: "failed", code, message, refund: true };
    default:
      return failure satisfies never;
  }
}

/** Positions of the items that the provider names; what it names and we did not send is none of ours. */
function rejectedOf(rejections: readonly Rejection[], items: readonly string[]): readonly Rejected[] {
  if (rejections.length === 0) return [];
  const indexOf = new Map(items.map((item, index) => [item, index]));
  return rejections.flatMap(({ item, code, message }) => {
    const index = indexOf.get(item);
    return index === undefined ? [] : [{ index, end: "failed" as const, code, message }];
  });
}
