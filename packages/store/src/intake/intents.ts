import type { Page } from "@purgeline/core";
import { accountPrefix, type Context } from "../context.ts";
import { asUnavailable } from "../unavailable.ts";

/** A page's cursor is the age of its last intent and its id: `<ms>:<id>`. */
interface Position {
  readonly ms: number;
  readonly id: string;
}

interface Filter {
  readonly accounts: readonly string[];
  readonly sinceMs: number | null;
  readonly cursor: string | null;
  readonly limit: number;
}

/** What one account's list says after the cursor; `end`: nothing follows. */
interface Listed {
  readonly account: string;
  readonly positions: readonly Position[];
  readonly end: boolean;
}

/** Newest first, over several accounts: an intent with legs in two of them comes once, with its latest. */
export async function intentIds(context: Context, filter: Filter): Promise<Page<string>> {
  const after = filter.cursor === null ? null : parseCursor(filter.cursor);
  const lists = await Promise.all(filter.accounts.map((account) => newest(context, account, filter, after)));
  const found = [...new Map((await latest(context, lists)).map((each) => [each.id, each])).values()];
  // Beyond the end of a list that goes on, others may be missing: the next page starts there.
  const [floor] = lists.flatMap(({ end, positions }) => (end ? [] : positions.slice(-1))).sort(byAge);
  const sure = found.filter((each) => floor === undefined || byAge(each, floor) <= 0).sort(byAge);
  const page = sure.slice(0, filter.limit);
  const last = sure.length > page.length ? page.at(-1) : floor;
  return {
    items: page.map((each) => each.id),
    nextCursor: last === undefined ? null : `${last.ms}:${last.id}`,
  };
}

/** Legs of one intent are staged some milliseconds apart: what is later elsewhere is listed there. */
async function latest(context: Context, lists: readonly Listed[]): Promise<readonly Position[]> {
  const all = lists.flatMap(({ positions }) => positions);
  const ids = all.map(({ id }) => id);
  if (lists.length === 1 || ids.length === 0) return all;
  const scores = await Promise.all(
    lists.map(({ account }) =>
      guarded(context, () => context.connection.zmscore(keyOf(context, account), ids)),
    ),
  );
  return all.filter(({ ms }, i) => scores.every((each) => Number(each[i] ?? 0) <= ms));
}

function keyOf(context: Context, account: string): string {
  return `${accountPrefix(context.prefix, account)}intents`;
}

async function newest(
  context: Context,
  account: string,
  filter: Filter,
  after: Position | null,
): Promise<Listed> {
  const positions: Position[] = [];
  // Those of the cursor's own millisecond come again, and may be more than a page.
  const step = filter.limit + 50;
  for (let offset = 0; ; offset += step) {
    const flat = await guarded(context, () =>
      context.connection.zrevrangebyscore(
        keyOf(context, account),
        after === null ? "+inf" : after.ms,
        filter.sinceMs ?? "-inf",
        "WITHSCORES",
        "LIMIT",
        offset,
        step,
      ),
    );
    const found = positionsOf(flat);
    positions.push(...found.filter((each) => after === null || byAge(after, each) < 0));
    if (found.length < step) return { account, positions, end: true };
    if (positions.length > filter.limit) return { account, positions, end: false };
  }
}

async function guarded<T>(context: Context, command: () => Promise<T>): Promise<T> {
  const wasReady = context.connection.status === "ready";
  try {
    return await command();
  } catch (error) {
    throw asUnavailable(error, wasReady);
  }
}

function positionsOf(flat: readonly string[]): readonly Position[] {
  const positions: Position[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) positions.push({ id: flat[i] ?? "", ms: Number(flat[i + 1]) });
  return positions;
}

/** Redis's own order backwards, or pages would lose those of one millisecond. */
function byAge(a: Position, b: Position): number {
  return b.ms - a.ms || (a.id > b.id ? -1 : a.id < b.id ? 1 : 0);
}

function parseCursor(cursor: string): Position | null {
  const [, ms, id] = /^(\d+):(.+)$/.exec(cursor) ?? [];
  return ms === undefined || id === undefined ? null : { ms: Number(ms), id };
}
