import type { WorkAccount } from "./ports.ts";

/** `Date` tells whole seconds. */
const RESOLUTION_MS = 1000;
/** The best of this time counts, and of the one before: the two clocks drift apart by some ms an hour. */
const REMEMBERED_MS = 60_000;

/** How far the provider's clock is ahead of our monotonic one, at least: by the replies of two spells of time. */
interface Heard {
  readonly sinceMs: number;
  readonly aheadMs: number;
  readonly beforeMs: number;
}

const heard = new WeakMap<WorkAccount, Heard>();

/**
 * When a call began, by the provider's clock, at least; null: no reply has told its time. A reply's `Date` was written
 * before the reply was here, so each is a bound, and the tightest of the last replies counts: one that was long on its
 * way tells little by itself.
 */
export function beganAtMs(
  account: WorkAccount,
  startedAt: number,
  repliedAt: number,
  providerDateMs: number | null,
): number | null {
  const ofAccount = heard.get(account);
  if (providerDateMs === null) return ofAccount === undefined ? null : startedAt + bestOf(ofAccount);
  const aheadMs = providerDateMs - repliedAt;
  // A reply of before its call: another machine's clock, or the clock was set back. What was heard before is worth nothing.
  const isWrong = ofAccount !== undefined && startedAt + bestOf(ofAccount) > providerDateMs + RESOLUTION_MS;
  const next = isWrong ? heardFirst(repliedAt, aheadMs) : heardNext(ofAccount, repliedAt, aheadMs);
  heard.set(account, next);
  return startedAt + bestOf(next);
}

function bestOf({ aheadMs, beforeMs }: Heard): number {
  return Math.max(aheadMs, beforeMs);
}

function heardFirst(sinceMs: number, aheadMs: number): Heard {
  return { sinceMs, aheadMs, beforeMs: Number.NEGATIVE_INFINITY };
}

function heardNext(last: Heard | undefined, nowMs: number, aheadMs: number): Heard {
  const spells = last === undefined ? 2 : Math.floor((nowMs - last.sinceMs) / REMEMBERED_MS);
  if (last === undefined || spells > 1) return heardFirst(nowMs, aheadMs);
  if (spells === 1) return { sinceMs: nowMs, aheadMs, beforeMs: last.aheadMs };
  return { ...last, aheadMs: Math.max(last.aheadMs, aheadMs) };
}
