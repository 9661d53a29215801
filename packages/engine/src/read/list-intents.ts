import type { IntakeStore, IntentState, JsonObject, Page } from "@purgeline/core";
import type { Producer } from "../admit/producer.ts";
import { type Legs, stateOfLegs, summaryOf } from "./receipt.ts";
import { maySee } from "./visibility.ts";

export interface IntentFilter {
  readonly state: IntentState | null;
  readonly account: string | null;
  /** All of them must be there. */
  readonly labels: readonly (readonly [key: string, value: string])[];
  /** The name of the token that created it. */
  readonly token: string | null;
  readonly sinceMs: number | null;
  readonly cursor: string | null;
  readonly limit: number;
}

// There is no index but age: a page reads at most this many intents and says where it stopped.
const MOST_SCANNED = 1_000;

/**
 * Intents that match, newest first. A page may hold fewer than `limit`, even none,
 * and still have a `nextCursor`: the scan goes on there.
 */
export async function listIntents(
  filter: IntentFilter,
  producer: Producer,
  accounts: readonly string[],
  store: IntakeStore,
): Promise<Page<JsonObject>> {
  const items: JsonObject[] = [];
  let { cursor } = filter;
  let scanned = 0;
  do {
    // Never more than can still be shown: the cursor stands at the end of a page of ids.
    const limit = filter.limit - items.length;
    const page = await store.intentIds({
      accounts: filter.account === null ? accounts : [filter.account],
      sinceMs: filter.sinceMs,
      cursor,
      limit,
    });
    const found = await Promise.all(page.items.map((id) => store.legs(id)));
    for (const [first, ...others] of found) {
      if (first === undefined) continue;
      const legs: Legs = [first, ...others];
      if (matches(legs, filter, producer)) items.push(summaryOf(legs));
    }
    cursor = page.nextCursor;
    scanned += limit;
  } while (cursor !== null && items.length < filter.limit && scanned < MOST_SCANNED);
  return { items, nextCursor: cursor };
}

function matches(legs: Legs, filter: IntentFilter, producer: Producer): boolean {
  const [{ head }] = legs;
  if (!maySee(head, producer)) return false;
  if (filter.token !== null && head.createdBy !== filter.token) return false;
  if (filter.state !== null && stateOfLegs(legs) !== filter.state) return false;
  return filter.labels.every(([key, value]) => Object.hasOwn(head.labels, key) && head.labels[key] === value);
}
