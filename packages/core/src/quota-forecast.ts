import type { QuotaState } from "./store-views.ts";

const DAY_MS = 24 * 3_600_000;
// A burst in the first minutes of the day says nothing about the rest of it.
const SHORTEST_BASE_MS = 3_600_000;

/**
 * When the class will be spent if the rest of the day goes like the day so far, epoch ms;
 * null: not before it is filled again. Spent already: when that was seen first, else now. `aheadMs`: how far the
 * provider's clock, by which the day turns, is ahead of the one that tells now.
 */
export function exhaustedAtMs(
  quota: Omit<QuotaState, "exhaustedAtMs" | "told">,
  seenAtMs: number | null,
  nowMs: number,
  aheadMs: number,
): number | null {
  const spent = quota.used + quota.reserved + quota.usedElsewhere;
  const remaining = quota.limit - spent;
  if (remaining <= 0) return seenAtMs ?? nowMs;
  const turnsAtMs = quota.resetsAtMs - aheadMs;
  const baseMs = Math.max(SHORTEST_BASE_MS, nowMs - (turnsAtMs - DAY_MS));
  const atMs = Math.round(nowMs + (remaining * baseMs) / spent);
  return atMs < turnsAtMs ? atMs : null;
}
