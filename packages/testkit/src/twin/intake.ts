import { type IntentHead, type LegPlan, type State, stableJson } from "@purgeline/core";
import { absorbedFor, addRoots, ended, letGo, rootOf, type Taken, takeIn, waitingNarrow } from "./absorb.ts";
import { blockersOf, endPurge, lacking, leave, raisePurge, widen } from "./order.ts";
import { clearQueues, groupOf, pushBack, queueOf } from "./ring.ts";
import type { Entry, Intent, LaneTwin, Target, Twin } from "./state.ts";
import { laneOf } from "./state.ts";
import { isWaiting, isWanted, move, pendingOf } from "./targets.ts";

/** Rescue finishes a staging that has said nothing for so long. */
const RESCUE_AFTER_MS = 10_000;

export type StagedTwin =
  | { readonly kind: "staged"; readonly createdAt: number; readonly merged: number }
  | { readonly kind: "backlog"; readonly pending: number };

/** Its first lane is all that this twin knows of a leg. */
export function stage(twin: Twin, head: IntentHead, leg: LegPlan): StagedTwin {
  const known = twin.intents.get(head.id);
  const pending = pendingOf(twin);
  const size = leg.lanes[0]?.targets.length ?? 0;
  if (known === undefined && pending + size > twin.settings.maxPendingTargets)
    return { kind: "backlog", pending };
  const isEarly = (head.notBeforeMs ?? 0) > twin.now;
  const intent = known ?? createIntent(twin, head, leg, isEarly);
  // Rescue brings it a moment before its time where another server's clock is ahead.
  const isDue = !isEarly || (known !== undefined && (head.notBeforeMs ?? 0) - twin.now < 1000);
  const staged = { kind: "staged", createdAt: intent.createdAt } as const;
  if (!isDue || isBehind(twin, head) || (known !== undefined && !intent.held))
    return { ...staged, merged: 0 };
  intent.held = false;
  twin.clock += 1;
  intent.clock = twin.clock;
  failUnpurged(twin, intent, head);
  return { ...staged, merged: enqueue(twin, intent, intent.targets) };
}

/** The purge that it follows waits for its time, too, and has not been brought. */
function isBehind(twin: Twin, { afterIntent }: IntentHead): boolean {
  const purge = afterIntent === undefined ? undefined : twin.intents.get(afterIntent);
  return purge?.held === true && purge.targets.some(({ state }) => state === "pending");
}

function createIntent(twin: Twin, head: IntentHead, leg: LegPlan, isEarly: boolean): Intent {
  const [plan] = leg.lanes;
  if (plan === undefined) throw new Error("twin: a leg has a lane");
  const targets: Target[] = [];
  const intent: Intent = {
    id: head.id,
    lane: plan.lane,
    options: stableJson(plan.options),
    klass: head.priority === "urgent" ? "u" : "n",
    producer: head.createdBy,
    createdAt: twin.now,
    targets,
    lives: 1,
    finishedAt: null,
    clock: 0,
    held: true,
    hasBody: true,
  };
  for (const { text, domain } of plan.targets) targets.push({ intent, text, domain, state: "pending" });
  twin.intents.set(intent.id, intent);
  twin.unstaged.set(intent, isEarly ? (head.notBeforeMs ?? 0) : twin.now + RESCUE_AFTER_MS);
  return intent;
}

/** What is staged in one step with its purge, or after it, does not outlive a purge that failed. */
function failUnpurged(twin: Twin, intent: Intent, { afterIntent }: IntentHead): void {
  const purge = afterIntent === undefined ? undefined : twin.intents.get(afterIntent);
  const bad: readonly State[] = ["failed", "unconfirmed", "cancelled"];
  const unpurged = intent.targets.filter((_, i) => bad.includes(purge?.targets[i]?.state ?? "pending"));
  move(twin, unpurged, "failed");
}

/** Every leg is there; a body of what waits for its time is needed still. */
export function staged(twin: Twin, id: string): void {
  const intent = twin.intents.get(id);
  if (intent === undefined || (intent.held && intent.finishedAt === null)) return;
  intent.hasBody = false;
  twin.unstaged.delete(intent);
}

function enqueue(twin: Twin, intent: Intent, targets: readonly Target[]): number {
  const lane = laneOf(twin, intent.lane);
  const waiting = targets.filter(({ state }) => state === "pending");
  const isPrefetch = lane.name.startsWith("prefetch-");
  // All of a step know the purges of before it, and keys of before it.
  const blockers = waiting.map(({ text }) => (isPrefetch ? blockersOf(twin, text) : []));
  const covering = waiting.map((target) =>
    lane.keys.has(idOf(target)) ? null : rootOf(twin, lane, target.text, null, intent.clock),
  );
  const made: Made = { entries: [], taken: [] };
  const narrow = waitingNarrow(twin, lane);
  const merges = waiting.map((target, i) =>
    join(twin, lane, intent, target, blockers[i] ?? [], covering[i] ?? null, made),
  );
  if (waiting.length === 0) return 0;
  addRoots(lane, made.entries, narrow);
  takeIn(twin, lane, made.taken);
  if (!lane.open[intent.klass].has(intent)) lane.open[intent.klass].set(intent, twin.now);
  if (intent.klass === "n" && made.taken.length < waiting.length) {
    lane.first ??= twin.now;
    lane.last = twin.now;
  }
  return merges.filter((merged) => merged).length;
}

/** New keys of a step, and those of them that are absorbed. */
interface Made {
  readonly entries: Entry[];
  readonly taken: Taken[];
}

function idOf({ text, intent: { options } }: Target): string {
  return options === "{}" ? text : `${text} ${options}`;
}

/** True where the key waits already. */
function join(
  twin: Twin,
  lane: LaneTwin,
  intent: Intent,
  target: Target,
  blockers: readonly Entry[],
  root: Entry | null,
  made: Made,
): boolean {
  const id = idOf(target);
  const first = lane.keys.get(id);
  const second = lane.next.get(id);
  const comesAfter =
    first !== undefined &&
    blockers.length > 0 &&
    (first.barrier === null || lacking(first, blockers).length > 0);
  const home = second ?? (comesAfter ? undefined : first);
  const isUrgent = intent.klass === "u";
  const entry = home ?? createEntry(twin, lane, intent, target, id);
  const wasUrgent = entry.urgent;
  if (home !== undefined) home.interests.push(target);
  entry.urgent ||= isUrgent;
  if (home === undefined) {
    if (blockers.length > 0)
      entry.barrier = { at: twin.now, producer: intent.producer, group: groupOf(entry), purges: [] };
    if (root === null) (first === undefined ? lane.keys : lane.next).set(id, entry);
  }
  const isLater = lane.next.get(id) === entry;
  if (entry.barrier !== null && (home === undefined || isLater))
    widen(entry, entry.barrier, blockers, home === undefined ? 0 : entry.interests.length - 1);
  if (home === undefined) made.entries.push(entry);
  if (home === undefined && root !== null) made.taken.push({ entry, root });
  else if (entry.barrier !== null) {
    if (isUrgent) for (const purge of blockers) raisePurge(twin, purge, intent.producer, entry.domain);
  } else if (home === undefined || (isUrgent && !wasUrgent))
    pushBack(lane, queueOf(intent.klass, intent.producer, `${target.domain}|${intent.options}`), id);
  return home !== undefined;
}

function createEntry(twin: Twin, lane: LaneTwin, intent: Intent, target: Target, id: string): Entry {
  const entry: Entry = {
    lane: lane.name,
    id,
    text: target.text,
    domain: target.domain,
    options: intent.options,
    interests: [target],
    urgent: false,
    isOpen: true,
    batch: null,
    barrier: null,
    awaitedBy: [],
    root: null,
    holds: [],
  };
  if (lane.name.startsWith("purge-")) twin.purges.push(entry);
  return entry;
}

/** How many targets that was for. */
export function cancel(twin: Twin, id: string): number {
  const intent = twin.intents.get(id);
  if (intent === undefined) return 0;
  const lane = laneOf(twin, intent.lane);
  const waiting = intent.targets.filter(isWaiting);
  if (waiting.length === 0) return 0;
  const cancelled = move(twin, waiting, "cancelled");
  const left: Entry[] = [];
  const passed: Entry[] = [];
  for (const target of waiting) {
    const entry =
      [...lane.keys.values(), ...lane.next.values()].find(({ interests }) => interests[0] === target) ??
      absorbedFor(twin, lane.name, target);
    if (entry === undefined) continue;
    (isWanted(entry) ? passed : left).push(entry);
  }
  for (const entry of passed) passOn(entry);
  for (const entry of left) {
    if (entry.root === null) leave(lane, entry);
    else entry.root.holds.splice(entry.root.holds.indexOf(entry), 1);
    if (lane.name.startsWith("purge-")) endPurge(twin, entry, false);
  }
  for (const entry of left) ended(twin, lane, entry, false);
  // Who stands for a key names what that has absorbed: it comes back.
  for (const entry of passed) letGo(twin, lane, entry, false);
  clearQueues(lane);
  return cancelled;
}

/** The first who still wants it stands for it. */
function passOn(entry: Entry): void {
  const gone = entry.interests.findIndex(isWaiting);
  entry.interests = entry.interests.slice(gone);
  if (entry.barrier === null) return;
  entry.barrier.purges = entry.barrier.purges.map(({ purge, from }) => ({
    purge,
    from: Math.max(0, from - gone),
  }));
}

/** A new life of what failed; how many targets that was for. */
export function retry(twin: Twin, id: string): number {
  const intent = twin.intents.get(id);
  const back = intent?.targets.filter(({ state }) => state === "failed" || state === "unconfirmed") ?? [];
  if (intent === undefined || back.length === 0) return 0;
  for (const target of back) target.state = "pending";
  intent.lives += 1;
  intent.finishedAt = null;
  twin.clock += 1;
  intent.clock = twin.clock;
  enqueue(twin, intent, back);
  return back.length;
}
