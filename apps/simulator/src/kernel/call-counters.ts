import type { CallName } from "@purgeline/core";
import type { LedgerEntry } from "./ledger.ts";
import type { Arrival } from "./rate-gate.ts";

/** Counters of one account's call since the start, or since the ledger was cleared; they lose nothing. */
export interface CallStats {
  readonly account: string | null;
  readonly call: CallName | null;
  readonly calls: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly itemsReceived: number;
  readonly itemsAccepted: number;
  /** Acceptances of an item that this call had taken on before. */
  readonly duplicates: number;
  /** Arrivals that broke a rate limit. */
  readonly rateViolations: number;
  readonly peakPerSecond: number;
  readonly peakPerMinute: number;
}

export interface CallCounters {
  count(entry: LedgerEntry, arrival: Arrival | null): void;
  read(): readonly CallStats[];
}

type Sum = { -readonly [K in keyof CallStats]: CallStats[K] } & { outcomes: Record<string, number> };

export function createCounters(): CallCounters {
  const sums = new Map<string, { readonly sum: Sum; readonly taken: Set<string> }>();
  return {
    count(entry, arrival) {
      const key = JSON.stringify([entry.account, entry.call]);
      const { sum, taken } = sums.get(key) ?? { sum: emptySum(entry), taken: new Set<string>() };
      sums.set(key, { sum, taken });
      sum.calls += 1;
      sum.outcomes[entry.outcome] = (sum.outcomes[entry.outcome] ?? 0) + 1;
      sum.itemsReceived += entry.items.length;
      sum.itemsAccepted += entry.accepted.length;
      for (const item of entry.accepted) {
        const known = taken.size;
        if (taken.add(item).size === known) sum.duplicates += 1;
      }
      if (entry.overRate) sum.rateViolations += 1;
      sum.peakPerSecond = Math.max(sum.peakPerSecond, arrival?.inLastSecond ?? 0);
      sum.peakPerMinute = Math.max(sum.peakPerMinute, arrival?.inLastMinute ?? 0);
    },
    read: () => [...sums.values()].map(({ sum }) => ({ ...sum, outcomes: { ...sum.outcomes } })),
  };
}

function emptySum({ account, call }: LedgerEntry): Sum {
  return {
    account,
    call,
    calls: 0,
    outcomes: {},
    itemsReceived: 0,
    itemsAccepted: 0,
    duplicates: 0,
    rateViolations: 0,
    peakPerSecond: 0,
    peakPerMinute: 0,
  };
}
