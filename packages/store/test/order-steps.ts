import { LANES, type Lane, type Limits, type Rejected, type Slot, type Verdict } from "@purgeline/core";
import { batchNumber } from "../src/batch-id.ts";
import { type Bundle, type How, limitsWith, type View } from "./bundle.ts";
import { finish, keys, POLL, polled, record, type Sealed } from "./steps.ts";

/** Lanes of every kind, so that prefetches have something to wait for. */
export function orderLimits(change: Parameters<typeof limitsWith>[0] = {}): Limits {
  const limits = limitsWith(change);
  const lane = { ...limits.lanes["purge-url"], quota: null };
  return { ...limits, lanes: Object.fromEntries(LANES.map((name) => [name, lane])) as Limits["lanes"] };
}

export function purge(
  view: View,
  id: string,
  targets: readonly string[],
  how: How = {},
): Promise<readonly Slot[]> {
  return view.stage(id, targets, { lane: "purge-url", ...how });
}

export function prefetch(
  view: View,
  id: string,
  targets: readonly string[],
  how: How = {},
): Promise<readonly Slot[]> {
  return view.stage(id, targets, { op: "prefetch", lane: "prefetch-url", ...how });
}

/** The slot of the lane that is not sending: whoever minted it, its job would come back. */
export async function slotOf(store: Bundle, lane: Lane, at: View = store): Promise<Slot | undefined> {
  await at.work.sweep("ali");
  return await freeSlot(store, lane);
}

/** The same, without what a sweep does. */
async function freeSlot(store: Bundle, lane: Lane): Promise<Slot | undefined> {
  const ids = await store.connection.zrange(`t:{ali}:lane:${lane}:slots`, "0", "-1");
  const sending = await store.connection.hkeys("t:{ali}:held");
  const id = ids.find((each) => !sending.includes(each));
  return id === undefined ? undefined : { id, account: "ali", kind: { for: "submit", lane } };
}

/** The lane's next batch; null: nothing of it may go. */
export async function sealLane(store: Bundle, lane: Lane, at: View = store): Promise<Sealed | null> {
  return await sealBy(await slotOf(store, lane, at), at);
}

/** The same, before any sweep has looked at what waits. */
export async function sealUnswept(store: Bundle, lane: Lane, at: View = store): Promise<Sealed | null> {
  return await sealBy(await freeSlot(store, lane), at);
}

async function sealBy(slot: Slot | undefined, at: View): Promise<Sealed | null> {
  if (slot === undefined) return null;
  let taken = await at.work.take(slot);
  while (taken.kind === "rolled") taken = await at.work.take(slot);
  return taken.kind === "batch" ? { slot, batch: taken.batch, next: taken.slots[0] } : null;
}

/** The lane's next batch, confirmed at once; its targets, [] where nothing of it may go. */
export async function confirmLane(store: Bundle, lane: Lane): Promise<readonly string[]> {
  const sealed = await sealLane(store, lane);
  if (sealed === null) return [];
  await finish(store, sealed);
  return sealed.batch.items;
}

const FAILED: Verdict = {
  do: "end",
  end: "failed",
  code: "InvalidPath",
  message: "It is not ours.",
  refund: true,
};
const UNCONFIRMED: Verdict = {
  do: "end",
  end: "unconfirmed",
  code: "look-back",
  message: "Nobody told.",
  refund: false,
};

export async function endLane(store: Bundle, lane: Lane, end: "failed" | "unconfirmed"): Promise<void> {
  const sealed = await sealLane(store, lane);
  if (sealed === null) throw new Error(`${lane} has nothing to send`);
  await record(store, sealed, end === "failed" ? FAILED : UNCONFIRMED);
}

/** What a query tells of an accepted batch; `next`: how many tasks are still to be asked. */
export async function endTask(
  store: Bundle,
  { batch }: Sealed,
  ended: readonly Rejected[],
  next: 0 | 1,
  at: View = store,
): Promise<void> {
  const [ref] = (await store.connection.hkeys("t:{ali}:tasks")).filter((each) =>
    each.startsWith(`${batchNumber(batch.id)}.`),
  );
  if (ref === undefined) throw new Error(`${batch.id} has no task`);
  const task = { call: POLL, id: batch.id };
  const { applied } = await at.work.settle("ali", {
    task: { ref, batch: batch.id, lane: batch.lane, task, acceptedAgeMs: 0, isFirst: false },
    size: batch.items.length,
    ended,
    next: next === 0 ? [] : [{ task, inMs: 0 }],
    rest: null,
    seen: polled,
  });
  if (!applied) throw new Error(`${batch.id} was settled before`);
}

/** What the barrier leaves in Redis when nothing waits. */
export async function leftovers(store: Bundle): Promise<readonly string[]> {
  const all = await keys(store);
  return all.filter((key) => /:(order|next|after|gates|underway|keys)$|^more:/.test(key));
}
