import type { Lane } from "@purgeline/core";
import { lendClass, pushBack, queueOf } from "./ring.ts";
import type { Barrier, Class, Entry, LaneTwin, Twin } from "./state.ts";
import { laneOf } from "./state.ts";
import { move, tellMoved } from "./targets.ts";

const PURGES: readonly Lane[] = ["purge-url", "purge-directory"];

/** Open purges that a prefetch of this text has to wait for: by URL, then by directory from the root on. */
export function blockersOf(twin: Twin, text: string): readonly Entry[] {
  const reaching = twin.purges.filter(
    ({ isOpen, lane, text: purged }) =>
      isOpen &&
      (lane === "purge-url" ? purged === text : lane === "purge-directory" && text.startsWith(purged)),
  );
  return reaching.sort((a, b) => PURGES.indexOf(a.lane) - PURGES.indexOf(b.lane) || rankOf(a) - rankOf(b));
}

function rankOf({ lane, text, options, batch, root }: Entry): number {
  return (
    (lane === "purge-url" ? 0 : 2 * text.length) +
    (options === "{}" && batch === null && root === null ? 0 : 1)
  );
}

export function lacking(entry: Entry, blockers: readonly Entry[]): readonly Entry[] {
  const waitsFor = entry.barrier?.purges.map(({ purge }) => purge) ?? [];
  return blockers.filter((purge) => !waitsFor.includes(purge));
}

/** From its interest `from` on the prefetch waits for these, too. */
export function widen(entry: Entry, barrier: Barrier, blockers: readonly Entry[], from: number): void {
  for (const purge of lacking(entry, blockers)) {
    barrier.purges = [...barrier.purges, { purge, from }];
    purge.awaitedBy.push(entry);
  }
}

/** An urgent prefetch lends its class to a purge that it waits for: to its batch, or to its key. */
export function raisePurge(twin: Twin, purge: Entry, producer: string, host: string): void {
  const lane = laneOf(twin, purge.lane);
  if (purge.batch !== null) {
    if (purge.batch.state === "sending" || purge.batch.state === "retry")
      lendClass(lane, purge.batch, twin.now);
    return;
  }
  // What is absorbed, or goes with the batch that is put together, stands in no queue.
  if (purge.urgent || lane.keys.get(purge.id) !== purge) return;
  purge.urgent = true;
  pushBack(lane, queueOf("u", producer, `${host}|${purge.options}`), purge.id);
}

function release(lane: LaneTwin, entry: Entry, barrier: Barrier): void {
  const klass: Class = entry.urgent ? "u" : "n";
  entry.barrier = null;
  pushBack(lane, queueOf(klass, barrier.producer, barrier.group), entry.id);
  if (klass === "u") return;
  lane.first ??= barrier.at;
  lane.last ??= barrier.at;
}

/** These have left `keys`: what came after them takes their place. */
export function bringNext(lane: LaneTwin, ids: readonly string[]): void {
  for (const id of ids) {
    const entry = lane.next.get(id);
    if (entry === undefined) continue;
    lane.next.delete(id);
    lane.keys.set(id, entry);
    if (entry.barrier?.purges.length === 0) release(lane, entry, entry.barrier);
  }
}

/** A purge is over: whoever waits for it has one less to wait for, or fails with it. */
export function endPurge(twin: Twin, purge: Entry, isConfirmed: boolean): void {
  purge.isOpen = false;
  for (const entry of purge.awaitedBy.splice(0)) {
    const lane = laneOf(twin, entry.lane);
    const waits = entry.barrier?.purges.find((each) => each.purge === purge);
    if (entry.barrier === null || waits === undefined || !isWaiting(lane, entry)) continue;
    entry.barrier.purges = entry.barrier.purges.filter((each) => each !== waits);
    if (!isConfirmed) failFrom(twin, lane, entry, entry.barrier, waits.from);
    if (isWaiting(lane, entry)) lower(lane, entry);
  }
}

function isWaiting(lane: LaneTwin, entry: Entry): boolean {
  return lane.keys.get(entry.id) === entry || lane.next.get(entry.id) === entry;
}

function lower(lane: LaneTwin, entry: Entry): void {
  if (entry.barrier?.purges.length === 0 && lane.keys.get(entry.id) === entry)
    release(lane, entry, entry.barrier);
}

function failFrom(twin: Twin, lane: LaneTwin, entry: Entry, barrier: Barrier, from: number): void {
  const failed = entry.interests.slice(from);
  entry.interests = entry.interests.slice(0, from);
  barrier.purges = barrier.purges.filter((each) => each.from < from);
  if (from === 0) leave(lane, entry);
  tellMoved(twin, lane.name, "failed", move(twin, failed, "failed"));
}

/** Nobody wants it any more. */
export function leave(lane: LaneTwin, entry: Entry): void {
  if (lane.next.get(entry.id) === entry) return void lane.next.delete(entry.id);
  lane.keys.delete(entry.id);
  bringNext(lane, [entry.id]);
}

export function countOrdered(lane: LaneTwin): number {
  return [...lane.keys.values()].filter(({ barrier }) => barrier !== null).length;
}
