/**
 * An exact log of weighted arrivals. Unlike a bucket it answers for every window,
 * not only for those that begin on a full second: a limit of 50/s means that no
 * second, wherever it begins, holds more than 50.
 */
export interface SlidingWindow {
  /** Adds `weight` arrivals at `atMs`; a stamp older than the last one is filed where it belongs. */
  add(atMs: number, weight?: number): void;
  /** Sum of the weights in `(untilMs - lengthMs, untilMs]`. */
  count(untilMs: number, lengthMs: number): number;
}

interface Arrival {
  readonly atMs: number;
  readonly weight: number;
}

/** `keepMs`: the longest window that will be asked for. */
export function createSlidingWindow(keepMs: number): SlidingWindow {
  let log: Arrival[] = [];

  /** Index of the first arrival later than `ms`. */
  const after = (ms: number): number => {
    let low = 0;
    let high = log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((log[middle]?.atMs ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    add(atMs, weight = 1) {
      log.splice(after(atMs), 0, { atMs, weight });
      // Cut in big steps: one slice for a thousand arrivals costs nothing, one for each would.
      const old = after(atMs - keepMs);
      if (old > 1000) log = log.slice(old);
    },
    count(untilMs, lengthMs) {
      let sum = 0;
      const end = after(untilMs);
      for (let at = after(untilMs - lengthMs); at < end; at += 1) sum += log[at]?.weight ?? 0;
      return sum;
    },
  };
}

/** Sliding windows of one minute under any key. */
export interface KeyedWindows {
  /** Weight under this key within the last minute. */
  lastMinute(key: string): number;
  add(key: string, weight: number): void;
}

const MINUTE_MS = 60_000;

export function createKeyedWindows(monotonicMs: () => number): KeyedWindows {
  const windows = new Map<string, SlidingWindow>();
  return {
    lastMinute: (key) => windows.get(key)?.count(monotonicMs(), MINUTE_MS) ?? 0,
    add(key, weight) {
      const window = windows.get(key) ?? createSlidingWindow(MINUTE_MS);
      windows.set(key, window);
      window.add(monotonicMs(), weight);
    },
  };
}
