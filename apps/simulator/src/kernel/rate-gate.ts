import type { CallName, Limits } from "@purgeline/core";
import { createSlidingWindow, type SlidingWindow } from "./sliding-window.ts";

/** How full the windows that end with one arrival are. */
export interface Arrival {
  readonly overRate: boolean;
  readonly inLastSecond: number;
  readonly inLastMinute: number;
}

/** One account's call rates. Every arrival counts, the refused ones too, as most providers count. */
export interface RateGate {
  /** Read at `atMs`, having waited `waitedMs` at most: the caller gets the benefit of the doubt. */
  arrive(call: CallName, atMs: number, waitedMs: number): Arrival;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export function createRateGate(limits: () => Limits): RateGate {
  const windows = new Map<CallName, SlidingWindow>();
  return {
    arrive(call, atMs, waitedMs) {
      const window = windows.get(call) ?? createSlidingWindow(MINUTE_MS);
      windows.set(call, window);
      window.add(atMs - waitedMs);
      const inLastSecond = window.count(atMs, SECOND_MS);
      const inLastMinute = window.count(atMs, MINUTE_MS);
      const { perSecond, perMinute } = limits().calls[call] ?? { perSecond: null, perMinute: null };
      const overRate =
        (perSecond !== null && inLastSecond > perSecond) || (perMinute !== null && inLastMinute > perMinute);
      return { overRate, inLastSecond, inLastMinute };
    },
  };
}
