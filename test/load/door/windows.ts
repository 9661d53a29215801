/** A call as it came to the provider's door. */
export interface Arrival {
  readonly receivedMonotonicMs: number;
  /** How long it may have waited unread before, at most. */
  readonly waitedMs: number;
}

/**
 * The most that surely came within one window. What the provider's own process was late to read is not the caller's
 * haste: the earliest of a window may have come so much sooner.
 */
export function busiest(arrivals: readonly Arrival[], windowMs: number): number {
  const sorted = inOrder(arrivals);
  let most = 0;
  let first = 0;
  for (const [last, { receivedMonotonicMs }] of sorted.entries()) {
    for (let each = sorted[first]; each !== undefined && first < last; each = sorted[first]) {
      if (receivedMonotonicMs - (each.receivedMonotonicMs - each.waitedMs) < windowMs) break;
      first += 1;
    }
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The fewest that came within any window of so long between two moments; they are the provider's, too. */
export function slackest(
  arrivals: readonly Arrival[],
  windowMs: number,
  [fromMs, untilMs]: readonly [number, number],
): number {
  const times = inOrder(arrivals).map(({ receivedMonotonicMs }) => receivedMonotonicMs);
  // A window holds the fewest right after one of them, or at the start.
  const starts = [fromMs, ...times.map((at) => at + 0.001)].filter(
    (at) => at >= fromMs && at + windowMs <= untilMs,
  );
  const counts = starts.map((from) => times.filter((at) => at >= from && at < from + windowMs).length);
  return counts.length === 0 ? 0 : Math.min(...counts);
}

function inOrder(arrivals: readonly Arrival[]): readonly Arrival[] {
  return [...arrivals].sort((a, b) => a.receivedMonotonicMs - b.receivedMonotonicMs);
}
