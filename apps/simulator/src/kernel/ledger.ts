import type { CallName } from "@purgeline/core";
import type { Arrival } from "./rate-gate.ts";

/** One call as it was received and answered. Never changed afterwards. */
export interface LedgerEntry {
  /** 1, 2, 3 … over all accounts, in the order of the answers. */
  readonly seq: number;
  /** Virtual wall clock at arrival, RFC 3339. */
  readonly receivedAt: string;
  /** Monotonic clock of the simulator's process at arrival: for exact windows. */
  readonly receivedMonotonicMs: number;
  readonly account: string | null;
  readonly call: CallName | null;
  readonly items: readonly string[];
  /** `ok`, the provider's code, or what a fault did. */
  readonly outcome: string;
  /** Null: no reply was sent. */
  readonly status: number | null;
  /** Of the items, those that the provider took on. */
  readonly accepted: readonly string[];
  readonly taskIds: readonly string[];
  readonly overRate: boolean;
}

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

export interface Ledger {
  record(entry: Omit<LedgerEntry, "seq">, arrival: Arrival | null): void;
  /** Kept entries with a higher number, oldest first, at most `limit`. */
  since(seq: number, limit: number): readonly LedgerEntry[];
  stats(): readonly CallStats[];
  /** Entries that were let go because the ledger keeps only the newest. */
  dropped(): number;
}

type Counters = { -readonly [K in keyof CallStats]: CallStats[K] } & { outcomes: Record<string, number> };

/** `keep`: how many of the newest entries stay; the counters are for ever. */
export function createLedger(keep: number): Ledger {
  let entries: LedgerEntry[] = [];
  let seq = 0;
  const counters = new Map<string, Counters>();
  const taken = new Map<string, Set<string>>();

  const count = (entry: LedgerEntry, arrival: Arrival | null): void => {
    const key = JSON.stringify([entry.account, entry.call]);
    const sum = counters.get(key) ?? emptyCounters(entry);
    counters.set(key, sum);
    const seen = taken.get(key) ?? new Set();
    taken.set(key, seen);
    sum.calls += 1;
    sum.outcomes[entry.outcome] = (sum.outcomes[entry.outcome] ?? 0) + 1;
    sum.itemsReceived += entry.items.length;
    sum.itemsAccepted += entry.accepted.length;
    for (const item of entry.accepted) {
      if (seen.has(item)) sum.duplicates += 1;
      seen.add(item);
    }
    if (entry.overRate) sum.rateViolations += 1;
    sum.peakPerSecond = Math.max(sum.peakPerSecond, arrival?.inLastSecond ?? 0);
    sum.peakPerMinute = Math.max(sum.peakPerMinute, arrival?.inLastMinute ?? 0);
  };

  return {
    record(entry, arrival) {
      seq += 1;
      const numbered = { seq, ...entry };
      entries.push(numbered);
      count(numbered, arrival);
      // Twice the bound before cutting: one slice for `keep` entries instead of one for each.
      if (entries.length >= keep * 2) entries = entries.slice(-keep);
    },
    since(after, limit) {
      const kept = entries.slice(-keep);
      const first = kept.findIndex((entry) => entry.seq > after);
      return first === -1 ? [] : kept.slice(first, first + limit);
    },
    stats: () => [...counters.values()].map((sum) => ({ ...sum, outcomes: { ...sum.outcomes } })),
    dropped: () => Math.max(0, seq - keep),
  };
}

function emptyCounters({ account, call }: LedgerEntry): Counters {
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
