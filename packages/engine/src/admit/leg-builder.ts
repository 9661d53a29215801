import type { CallOptions, Lane, LegPlan, PlannedTarget } from "@purgeline/core";
import type { MatchedLane } from "./call-options.ts";
import type { IntakeAccount } from "./intake-accounts.ts";
import type { Spelling } from "./target-spelling.ts";

interface OpenLane extends MatchedLane {
  readonly byKey: Map<string, PlannedTarget>;
  duplicates: number;
}

/** Gathers routed targets into lanes, one of each key. */
export class LegBuilder {
  readonly #lanes = new Map<string, OpenLane>();
  readonly #hosts = new Set<string>();

  add(
    text: string,
    lane: Lane,
    spelling: Spelling & { readonly ok: true },
    accounts: readonly IntakeAccount[],
  ): void {
    if (spelling.domain !== "") this.#hosts.add(spelling.domain);
    for (const account of accounts) {
      const open = this.#open(account, lane);
      const key = spelling.keyUnder(account.account.cacheKey);
      if (open.byKey.has(key)) open.duplicates += 1;
      else open.byKey.set(key, { text, key, domain: spelling.domain });
    }
  }

  lanes(): readonly MatchedLane[] {
    return [...this.#lanes.values()];
  }

  /** Sorted. */
  hosts(): readonly string[] {
    return [...this.#hosts].sort();
  }

  /** One leg for each account, in the order of their names, lanes in the order of theirs. */
  legs(options: ReadonlyMap<MatchedLane, CallOptions>): readonly LegPlan[] {
    const byAccount = Map.groupBy(this.#lanes.values(), ({ account }) => account.name);
    return [...byAccount].sort(byName).map(([account, open]) => ({
      account,
      duplicates: open.reduce((sum, { duplicates }) => sum + duplicates, 0),
      lanes: [...open].sort(byLane).map((one) => ({
        lane: one.lane,
        options: options.get(one) ?? {},
        targets: [...one.byKey.values()].sort(byDomain),
      })),
    }));
  }

  #open(account: IntakeAccount, lane: Lane): OpenLane {
    const id = `${account.name} ${lane}`;
    const open = this.#lanes.get(id) ?? { account, lane, byKey: new Map(), duplicates: 0 };
    this.#lanes.set(id, open);
    return open;
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => order(a, b);
const byLane = (a: MatchedLane, b: MatchedLane): number => order(a.lane, b.lane);
// Sorting is stable: within a domain the given order stays.
const byDomain = (a: PlannedTarget, b: PlannedTarget): number => order(a.domain, b.domain);
