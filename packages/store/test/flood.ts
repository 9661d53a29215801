import type { Rejected } from "@purgeline/core";
import type { Bundle } from "./bundle.ts";
import { accept, drain, polled, rescue, urls } from "./steps.ts";

/** Polls are due a while after the submit; by then the second's grants are gone, too. */
const LATER_MS = 26_000;
const STAGED_AT_ONCE = 4;

export interface Flood {
  readonly intents: number;
  readonly targetsEach: number;
}

/** Intents of one producer, each with a folder of its own: 48 characters a URL. */
export async function stageFlood(store: Bundle, { intents, targetsEach }: Flood): Promise<void> {
  let next = 0;
  const stageSome = async (): Promise<void> => {
    for (let i = next++; i < intents; i = next++) {
      const folder = `www.example.com/${String(i).padStart(7, "0")}/assets`;
      await store.stage(`int_flood_${i}`, urls(targetsEach, folder, 100_000));
    }
  };
  await Promise.all(Array.from({ length: STAGED_AT_ONCE }, stageSome));
}

/** Sends everything, every batch as one task; the sizes of the batches. */
export async function sendFlood(store: Bundle): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  await drain(store, (sealed) => {
    sizes.set(sealed.batch.id, sealed.batch.items.length);
    return accept(store, sealed, [`task-of-${sealed.batch.id}`]);
  });
  return sizes;
}

/** Settles the tasks of all these batches; `endedOf` says what the provider told of one. */
export async function settleFlood(
  store: Bundle,
  sizes: ReadonlyMap<string, number>,
  endedOf: (size: number) => readonly Rejected[],
): Promise<void> {
  const due = "t:{ali}:poll:DescribeRefreshTaskById:due";
  for (let skewMs = LATER_MS; (await store.connection.zcard(due)) > 0; skewMs += LATER_MS) {
    const later = store.later(skewMs);
    for (;;) {
      const slot = (await rescue(later)).find(({ kind }) => kind.for === "poll");
      const claimed = slot === undefined ? null : await later.work.claimPolls(slot, 100);
      if (claimed?.kind !== "tasks") break;
      for (const task of claimed.tasks) {
        const size = sizes.get(task.batch) ?? 0;
        const ended = endedOf(size);
        await later.work.settle("ali", { task, size, ended, next: [], rest: null, seen: polled });
      }
    }
  }
}

export function confirmAll(size: number): readonly Rejected[] {
  return Array.from({ length: size }, (_, index) => ({ index, end: "confirmed", code: "", message: "" }));
}

/** What Redis holds, as it counts against `maxmemory`. */
export async function usedMemory({ connection }: Bundle): Promise<number> {
  if (!("info" in connection)) throw new Error("not one server");
  return Number(/^used_memory:(\d+)/m.exec(await connection.info("memory"))?.[1]);
}

/** Every key that has a time to live, and for how many ms. */
export async function eachLife(
  { connection }: Bundle,
  visit: (key: string, ms: number) => Promise<unknown>,
): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await connection.scan(cursor, "COUNT", 1000);
    cursor = next;
    const lives = await Promise.all(keys.map((key) => connection.pttl(key)));
    await Promise.all(
      keys.map(async (key, i) => {
        const ms = lives[i] ?? 0;
        if (ms > 0) await visit(key, ms);
      }),
    );
  } while (cursor !== "0");
}

/** Takes away what has a time to live, as that time would. */
export async function endHistory(store: Bundle): Promise<void> {
  const { connection } = store;
  while ((await connection.zcard("t:{ali}:lane:purge-url:resting")) > 0) await store.work.sweep("ali");
  await eachLife(store, (key) => connection.del(key));
  // The list of intents loses the ended ones a part at each sweep.
  while ((await connection.zcard("t:{ali}:intents")) > 0) await store.work.sweep("ali");
}
