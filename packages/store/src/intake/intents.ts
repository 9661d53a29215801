import type { Page } from "@purgeline/core";
import { accountPrefix, type Context } from "../context.ts";
import { asUnavailable } from "../unavailable.ts";

/** A page's cursor is the age of its last intent and its id: `<ms>:<id>`. */
interface Position {
  readonly ms: number;
  readonly id: string;
}

/** Newest first, over several accounts: an intent with legs in two of them comes once. */
export async function intentIds(
  context: Context,
  filter: {
    readonly accounts: readonly string[];
    readonly sinceMs: number | null;
    readonly cursor: string | null;
    readonly limit: number;
  },
): Promise<Page<string>> {
  const after = filter.cursor === null ? null : parseCursor(filter.cursor);
  const lists = await Promise.all(filter.accounts.map((account) => newest(context, account, filter, after)));
  const known = new Map<string, Position>();
  for (const position of lists.flat()) {
    const earlier = known.get(position.id);
    // Legs of one intent are staged some milliseconds apart: its age is that of its first one.
    if (earlier === undefined || position.ms < earlier.ms) known.set(position.id, position);
  }
  const ordered = [...known.values()].sort(byAge).filter((each) => after === null || byAge(after, each) < 0);
  const page = ordered.slice(0, filter.limit);
  const last = page.at(-1);
  const more = ordered.length > filter.limit || lists.some((list) => list.length > filter.limit);
  return {
    items: page.map((each) => each.id),
    nextCursor: more && last !== undefined ? `${last.ms}:${last.id}` : null,
  };
}

async function newest(
  context: Context,
  account: string,
  filter: { readonly sinceMs: number | null; readonly limit: number },
  after: Position | null,
): Promise<readonly Position[]> {
  const key = `${accountPrefix(context.prefix, account)}intents`;
  const wasReady = context.connection.status === "ready";
  try {
    // One more than asked tells whether there is more; those of the cursor's own millisecond come again.
    const found = await context.connection.zrevrangebyscore(
      key,
      after?.ms ?? "+inf",
      filter.sinceMs ?? "-inf",
      "WITHSCORES",
      "LIMIT",
      0,
      filter.limit + 50,
    );
    return positionsOf(found);
  } catch (error) {
    throw asUnavailable(error, wasReady);
  }
}

function positionsOf(flat: readonly string[]): readonly Position[] {
  const positions: Position[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) positions.push({ id: flat[i] ?? "", ms: Number(flat[i + 1]) });
  return positions;
}

function byAge(a: Position, b: Position): number {
  return b.ms - a.ms || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function parseCursor(cursor: string): Position | null {
  const [, ms, id] = /^(\d+):(.+)$/.exec(cursor) ?? [];
  return ms === undefined || id === undefined ? null : { ms: Number(ms), id };
}
