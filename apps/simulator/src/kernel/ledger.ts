import type { CallName } from "@purgeline/core";
import { type CallStats, createCounters } from "./call-counters.ts";
import type { Arrival } from "./rate-gate.ts";

/** One call as it was received and answered. Never changed afterwards. */
export interface LedgerEntry {
  /** 1, 2, 3 … over all accounts, in the order of the answers. */
  readonly seq: number;
  /** Virtual wall clock at arrival, RFC 3339. */
  readonly receivedAt: string;
  /** Monotonic clock of the simulator's process at arrival: for exact windows. */
  readonly receivedMonotonicMs: number;
  /** How long it may have waited in that process before, at most. */
  readonly waitedMs: number;
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

export interface Ledger {
  record(entry: Omit<LedgerEntry, "seq">, arrival: Arrival | null): void;
  /** Kept entries with a higher number, oldest first, at most `limit`. */
  since(seq: number, limit: number): readonly LedgerEntry[];
  stats(): readonly CallStats[];
  /** Entries that were let go because the ledger keeps only the newest. */
  dropped(): number;
}

/** `keep`: how many of the newest entries stay; the counters are for ever. `onEntry` sees every entry once. */
export function createLedger(keep: number, onEntry: (entry: LedgerEntry) => void): Ledger {
  let entries: LedgerEntry[] = [];
  let seq = 0;
  const counters = createCounters();

  return {
    record(entry, arrival) {
      seq += 1;
      const numbered = { seq, ...entry };
      entries.push(numbered);
      onEntry(numbered);
      counters.count(numbered, arrival);
      // Twice the bound before cutting: one slice for `keep` entries instead of one for each.
      if (entries.length >= keep * 2) entries = entries.slice(-keep);
    },
    since(after, limit) {
      const kept = entries.slice(-keep);
      const first = kept.findIndex((entry) => entry.seq > after);
      return first === -1 ? [] : kept.slice(first, first + limit);
    },
    stats: counters.read,
    dropped: () => Math.max(0, seq - keep),
  };
}
