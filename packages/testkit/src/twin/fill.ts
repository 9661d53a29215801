import { askedAt, rootOf, type Taken, takeIn } from "./absorb.ts";
import { domainRoom } from "./gate.ts";
import { bringNext } from "./order.ts";
import type { Cap } from "./quota.ts";
import { clearQueues, joinRing, leaveRing, queueOf, removeFirst, splitQueue, waitBehind } from "./ring.ts";
import type { Batch, Class, Entry, LaneTwin, Queue, Ring, Twin } from "./state.ts";
import { move } from "./targets.ts";

/** What goes into a batch while it is put together. */
interface Draft {
  readonly entries: Entry[];
  options: string | null;
  readonly domains: Map<string, number>;
  readonly capOf: (options: string) => Cap;
  readonly day: number;
}

/** Classes that may go now. */
export interface Plan {
  readonly urgent: boolean;
  readonly normal: boolean;
  readonly both: boolean;
  readonly normalFirst: boolean;
  readonly readyAt: number;
}

/** Fixes the next batch's content; null: all that was popped had been cancelled, or must wait. */
export function seal(
  twin: Twin,
  lane: LaneTwin,
  plan: Plan,
  most: number,
  capOf: (options: string) => Cap,
  day: number,
): { readonly batch: Batch; readonly sealed: number } | null {
  const draft: Draft = { entries: [], options: null, domains: new Map(), capOf, day };
  for (const klass of plan.normalFirst ? (["n", "u"] as const) : (["u", "n"] as const))
    if (klass === "u" ? plan.urgent : plan.normal) fillClass(twin, lane, klass, most, draft);
  bringNext(
    lane,
    draft.entries.map(({ id }) => id),
  );
  clearQueues(lane);
  if (draft.entries.length === 0) return null;
  if (plan.both) lane.turn += 1;
  twin.batches += 1;
  twin.clock += 1;
  if (lane.limits.covers !== undefined) lane.spentUntil = 0;
  const batch = createBatch(twin, lane, draft, plan);
  twin.byNumber.set(batch.number, batch);
  const sealed = move(
    twin,
    draft.entries.flatMap(({ interests }) => interests),
    "sealed",
  );
  for (const entry of draft.entries) {
    entry.batch = batch;
    if (lane.limits.resendAfterMs > 0) lane.out.set(entry.id, batch.number);
  }
  return { batch, sealed };
}

function createBatch(twin: Twin, lane: LaneTwin, draft: Draft, plan: Plan): Batch {
  return {
    number: twin.batches,
    lane: lane.name,
    options: draft.options ?? "{}",
    items: draft.entries.map((entry) => ({
      entry,
      text: entry.interests[0]?.text ?? "",
      domain: entry.interests[0]?.domain ?? "",
      state: "sealed",
    })),
    sealedAt: twin.now,
    seal: twin.clock,
    klass: plan.urgent ? "u" : "n",
    state: "sending",
    attempt: 0,
    resend: null,
    readyAt: Math.min(twin.now, plan.readyAt),
    waits: null,
    reservation: null,
    spentAt: null,
    hasDomains: true,
    acceptedAt: null,
    asks: [],
    taskNo: 0,
    isPart: false,
  };
}

/** Rounds of turns until the batch is full or nothing more fits. */
function fillClass(twin: Twin, lane: LaneTwin, klass: Class, most: number, draft: Draft): void {
  for (;;) {
    const before = draft.entries.length;
    for (const producer of [...lane.rings[klass].producers]) {
      const cap = draft.options === null ? null : draft.capOf(draft.options);
      if (draft.entries.length >= (cap === null ? most : Math.min(cap.batch, cap[klass]))) return;
      fillTurn(twin, lane, klass, producer, most, draft);
    }
    if (draft.entries.length === before) return;
  }
}

/** A producer's turn is worth one batch; what a full batch leaves of it is kept. */
function fillTurn(
  twin: Twin,
  lane: LaneTwin,
  klass: Class,
  producer: string,
  most: number,
  draft: Draft,
): void {
  const ring = lane.rings[klass];
  let turn = ring.deficit.get(producer) ?? most;
  for (const group of [...(ring.groups.get(producer) ?? [])]) {
    const left = Math.min(most - draft.entries.length, turn);
    if (left < 1) break;
    turn -= fillGroup(twin, lane, queueOf(klass, producer, group), left, most, draft);
  }
  if (!ring.groups.has(producer)) return;
  if (turn >= 1) return void ring.deficit.set(producer, turn);
  removeFirst(ring.producers, producer);
  ring.producers.push(producer);
  ring.deficit.delete(producer);
}

/** Takes what fits of one group, and says what that is worth of a batch: in targets, or in domains. */
function fillGroup(
  twin: Twin,
  lane: LaneTwin,
  queue: Queue,
  left: number,
  most: number,
  draft: Draft,
): number {
  const { klass, producer, group } = splitQueue(queue);
  const ring = lane.rings[klass];
  const [domain = "", options = ""] = group.split(/\|(.*)/s);
  const maxDomains = lane.limits.domains;
  const known = draft.domains.get(domain);
  if (draft.options !== null && draft.options !== options) return 0;
  if (known === undefined && maxDomains !== null && draft.domains.size >= maxDomains) return 0;
  const cap = draft.capOf(options);
  if (cap[klass] < 1) {
    if (lane.limits.quotaByOption !== null) parkSpent(lane, queue, draft.day);
    return 0;
  }
  const fits = Math.min(left, Math.min(cap.batch, cap[klass]) - draft.entries.length);
  if (fits < 1) return 0;
  const minute = domainRoom(twin, lane, domain);
  const room = minute.room - (known ?? 0);
  if (room < 1) {
    leaveRing(ring, producer, group);
    lane.parked.set(queue, minute.freeAt);
    return 0;
  }
  const taken = popGroup(twin, lane, queue, Math.min(fits, room), draft);
  leaveRing(ring, producer, group);
  if ((lane.fifos.get(queue)?.length ?? 0) > 0) {
    if (taken >= room) lane.parked.set(queue, minute.freeAt);
    else rejoin(ring, producer, group);
  }
  if (taken === 0) return 0;
  draft.options = options;
  draft.domains.set(domain, (known ?? 0) + taken);
  const ofDomains = maxDomains === null || known !== undefined ? 0 : Math.ceil(most / maxDomains);
  return Math.max(taken, ofDomains);
}

/** The group goes to the end of its producer's ring; the producer keeps its place. */
function rejoin(ring: Ring, producer: string, group: string): void {
  const groups = ring.groups.get(producer);
  if (groups !== undefined) return void groups.push(group);
  ring.groups.set(producer, [group]);
  ring.producers.unshift(producer);
}

/** Keys from the front of the queue; some have gone another way, and some are under way and wait for that. */
function popGroup(twin: Twin, lane: LaneTwin, queue: Queue, most: number, draft: Draft): number {
  let taken = 0;
  while (taken < most) {
    // Asked for each time: what is absorbed may raise its directory into this queue.
    const fifo = lane.fifos.get(queue) ?? [];
    if (fifo.length === 0) break;
    // A key that was cancelled and staged again stands there twice.
    const popped = [...new Set(fifo.splice(0, most - taken))].flatMap((id) => lane.keys.get(id) ?? []);
    const known = popped.filter(({ barrier }) => barrier === null);
    const covered = known.flatMap((entry): readonly Taken[] => {
      const root = rootOf(twin, lane, entry.text, entry, askedAt(entry));
      return root === null ? [] : [{ entry, root }];
    });
    for (const { entry } of covered) lane.keys.delete(entry.id);
    takeIn(twin, lane, covered);
    for (const entry of known) {
      if (covered.some((each) => each.entry === entry)) continue;
      const { id } = entry;
      const under = lane.out.get(id);
      if (under === undefined) {
        lane.keys.delete(id);
        draft.entries.push(entry);
        taken += 1;
      } else waitBehind(lane, under, twin.byNumber.get(under), queue, id, twin.now);
    }
  }
  return taken;
}

function parkSpent(lane: LaneTwin, queue: Queue, day: number): void {
  const { klass, producer, group } = splitQueue(queue);
  leaveRing(lane.rings[klass], producer, group);
  lane.spent.set(queue, day);
}

/** Another day has begun for them. */
export function unparkSpent(lane: LaneTwin, day: number): void {
  const over = [...lane.spent].filter(([, spentDay]) => spentDay < day);
  for (const [queue] of over.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))) {
    lane.spent.delete(queue);
    joinRing(lane, queue);
  }
}

/** Whether a group of the class may go; spent ones before it are parked. */
export function passSpent(
  lane: LaneTwin,
  klass: Class,
  capOf: (options: string) => Cap,
  day: number,
): boolean {
  const ring = lane.rings[klass];
  for (const producer of [...ring.producers]) {
    for (const group of [...(ring.groups.get(producer) ?? [])]) {
      if (capOf(group.slice(group.indexOf("|") + 1))[klass] >= 1) return true;
      parkSpent(lane, queueOf(klass, producer, group), day);
    }
  }
  return false;
}
