import { call } from "../real-input/producers.ts";

export interface Entry {
  readonly seq: number;
  readonly receivedAt: string;
  readonly receivedMonotonicMs: number;
  readonly account: string | null;
  readonly call: string | null;
  readonly items: readonly string[];
  readonly outcome: string;
}

/** What a provider received, oldest first, as far as its ledger still has it. */
export async function ledgerOf(provider: string): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (let since = 0; ; ) {
    const page = await call<{ readonly entries: readonly Entry[]; readonly next: number }>(
      provider,
      "GET",
      `/_sim/ledger?since=${since}&limit=1000`,
    );
    if (page.entries.length === 0) return all;
    all.push(...page.entries);
    since = page.next;
  }
}

/**
 * When each target first stood at the provider's door, by this machine's clock, epoch ms. The wall clock of the
 * ledger is cut to whole milliseconds and the monotonic one begins anywhere: over many entries the greatest
 * difference of both is the beginning, to some microseconds.
 */
export function arrivalsOf(entries: readonly Entry[], name: string): ReadonlyMap<string, number> {
  const begin = Math.max(...entries.map((each) => Date.parse(each.receivedAt) - each.receivedMonotonicMs));
  const arrivals = new Map<string, number>();
  for (const { call: called, items, receivedMonotonicMs } of entries) {
    if (called !== name) continue;
    for (const item of items) if (!arrivals.has(item)) arrivals.set(item, begin + receivedMonotonicMs);
  }
  return arrivals;
}
