import type { Lane, State } from "@purgeline/core";
import { addRoots, askedAt, dropRoot, isAwaited, isCoverable, rootOf, waitingNarrow } from "./cover.ts";
import { endPurge, raisePurge } from "./order.ts";
import { groupOf, pushFront, queueOf } from "./ring.ts";
import { type Entry, type LaneTwin, laneOf, type Target, type Twin } from "./state.ts";
import { move, tellMoved } from "./targets.ts";

export { addRoots, askedAt, rootOf, waitingNarrow };

/** A key that has left `keys`, and what takes it in. */
export interface Taken {
  readonly entry: Entry;
  readonly root: Entry;
}

export function takeIn(twin: Twin, lane: LaneTwin, taken: readonly Taken[]): void {
  for (const [root, items] of Map.groupBy(taken, (each) => each.root))
    takeInto(
      twin,
      lane,
      root,
      items.map(({ entry }) => entry),
    );
}

function takeInto(twin: Twin, lane: LaneTwin, root: Entry, items: readonly Entry[]): void {
  const wide = laneOf(twin, root.lane);
  wide.holders.add(root);
  const isUrgent = items.some(({ urgent }) => urgent);
  for (const entry of items) tell(twin, lane, "absorbed", entry.interests);
  for (const entry of items) {
    const standing = root.holds.find((each) => each.lane === lane.name && each.id === entry.id);
    if (standing !== undefined) join(twin, lane, standing, entry);
    else {
      root.holds.push(entry);
      entry.root = root;
    }
  }
  const [first] = root.interests;
  if (isUrgent && first !== undefined) raisePurge(twin, root, first.intent.producer, root.domain);
  if (first?.state === "confirmed") letGo(twin, wide, root, true);
}

function tell(twin: Twin, lane: LaneTwin, state: State, targets: readonly Target[]): void {
  tellMoved(twin, lane.name, state, move(twin, targets, state));
}

/** Two keys become one: those who want the joining one follow the others. */
function join(twin: Twin, lane: LaneTwin, standing: Entry, joining: Entry): void {
  standing.interests.push(...joining.interests);
  standing.urgent ||= joining.urgent;
  joining.isOpen = false;
  for (const prefetch of joining.awaitedBy.splice(0)) {
    const { barrier } = prefetch;
    const waits = barrier?.purges.find(({ purge }) => purge === joining);
    if (barrier === null || waits === undefined) continue;
    const other = barrier.purges.find(({ purge }) => purge === standing);
    const from = Math.min(waits.from, other?.from ?? waits.from);
    barrier.purges = [
      ...barrier.purges.filter((each) => each !== waits && each !== other),
      { purge: standing, from },
    ];
    standing.awaitedBy.push(prefetch);
  }
  dropRoot(lane, joining);
  letGo(twin, lane, joining, false);
}

/** What the entry holds is confirmed with it, or waits for itself again. */
export function letGo(twin: Twin, wide: LaneTwin, holder: Entry, isConfirmed: boolean): void {
  if (!wide.holders.has(holder)) return;
  const items = holder.holds.splice(0);
  for (const entry of items) entry.root = null;
  for (const [name, each] of Map.groupBy(items, ({ lane }) => lane)) {
    const group = each.sort(byAge(twin));
    if (isConfirmed) confirm(twin, laneOf(twin, name), group);
    else sendBack(twin, laneOf(twin, name), group);
  }
  wide.holders.delete(holder);
}

function byAge(twin: Twin): (one: Entry, other: Entry) => number {
  const intents = [...twin.intents.values()];
  const place = ({ interests: [first] }: Entry): readonly [number, number] =>
    first === undefined ? [0, 0] : [intents.indexOf(first.intent), first.intent.targets.indexOf(first)];
  return (one, other) => {
    const [oneLeg, onePosition] = place(one);
    const [otherLeg, otherPosition] = place(other);
    return oneLeg - otherLeg || onePosition - otherPosition;
  };
}

function confirm(twin: Twin, lane: LaneTwin, items: readonly Entry[]): void {
  for (const entry of items) {
    dropRoot(lane, entry);
    tell(twin, lane, "confirmed", entry.interests);
  }
  for (const entry of items) endPurge(twin, entry, true);
  for (const entry of items) letGo(twin, lane, entry, true);
}

/** To the front of their queues, in the order of their staging. */
function sendBack(twin: Twin, lane: LaneTwin, items: readonly Entry[]): void {
  for (const entry of items) tell(twin, lane, "pending", entry.interests);
  const again = items.filter(({ id }) => lane.keys.has(id));
  for (const entry of items) if (!again.includes(entry)) lane.keys.set(entry.id, entry);
  for (const entry of again) {
    const joining = lane.keys.get(entry.id);
    if (joining !== undefined && joining !== entry) join(twin, lane, entry, joining);
    lane.keys.set(entry.id, entry);
  }
  for (const entry of [...items].reverse()) {
    const producer = entry.interests[0]?.intent.producer ?? "";
    pushFront(lane, queueOf(entry.urgent ? "u" : "n", producer, groupOf(entry)), entry.id);
  }
  lane.first ??= twin.now;
  lane.last ??= twin.now;
}

/** Wider work is over. Where others are still looked through for it, it stays until that is done. */
export function ended(twin: Twin, lane: LaneTwin, entry: Entry, isConfirmed: boolean): void {
  letGo(twin, lane, entry, isConfirmed);
  if (!isConfirmed || !isAwaited(twin, lane)) dropRoot(lane, entry);
}

/** The day is over for the lane's work. */
export function spend(twin: Twin, lane: LaneTwin, until: number): void {
  if (lane.limits.covers === undefined) return;
  lane.spentUntil = until;
  freeSpent(twin, lane);
}

/** What came back to a spent lane may hold something itself: that is seen by the next look. */
function freeSpent(twin: Twin, lane: LaneTwin): void {
  if (lane.spentUntil <= twin.now) return;
  for (const holder of [...lane.holders])
    if (holder.interests[0]?.state === "pending") letGo(twin, lane, holder, false);
}

/** What waits is looked through for wider work that came later; what has ended covers nothing any more. */
export function sweepCovers(twin: Twin, lane: LaneTwin): void {
  if (lane.looks !== "no") lookThrough(twin, lane);
  freeSpent(twin, lane);
  if (isAwaited(twin, lane)) return;
  for (const entry of [...lane.roots.values()].flat()) if (!isUnfinished(entry)) dropRoot(lane, entry);
}

function lookThrough(twin: Twin, lane: LaneTwin): void {
  if (!isCoverable(twin, lane)) {
    lane.looks = "no";
    return;
  }
  const taken = [...lane.keys.values()].flatMap((entry): readonly Taken[] => {
    const root = rootOf(twin, lane, entry.text, entry, askedAt(entry));
    return root === null ? [] : [{ entry, root }];
  });
  for (const { entry } of taken) lane.keys.delete(entry.id);
  takeIn(twin, lane, taken);
  lane.looks = lane.looks === "again" ? "once" : "no";
}

function isUnfinished({ interests: [first] }: Entry): boolean {
  return ["pending", "sealed", "submitted", "absorbed"].includes(first?.state ?? "");
}

/** A key of this lane for which the target stands while it is absorbed. */
export function absorbedFor(twin: Twin, lane: Lane, target: Target): Entry | undefined {
  const holders = [...twin.lanes.values()].flatMap(({ holders: each }) => [...each]);
  return holders
    .flatMap(({ holds }) => holds)
    .find((entry) => entry.lane === lane && entry.interests[0] === target);
}
