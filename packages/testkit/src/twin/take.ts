import type { Lane } from "@purgeline/core";
import { letGo, spend } from "./absorb.ts";
import { type Plan, passSpent, seal, unparkSpent } from "./fill.ts";
import { domainsFreeAt, permit, spendDomains, withdraw } from "./gate.ts";
import { countOrdered } from "./order.ts";
import {
  type Cap,
  capOf,
  classesOf,
  daysAt,
  isReserved,
  leftOf,
  reserve,
  settleReservation,
  toldBatch,
  widestBatch,
} from "./quota.ts";
import { clearQueues, freeRested, joinRing } from "./ring.ts";
import { splitBatch } from "./split.ts";
import { type Batch, batchOf, byScore, type LaneTwin, laneOf, type Twin } from "./state.ts";
import { oldestOf } from "./targets.ts";

const LEASE_MS = 20_000;
/** A figure this near to a reset, beyond a call's time-out, may be about either day. */
const GUARD_MS = 1000;

export type TakenTwin =
  | { readonly kind: "end" }
  | {
      readonly kind: "wait";
      readonly why: string;
      readonly until: number;
      readonly pending: number;
      readonly oldestAt: number;
    }
  | {
      readonly kind: "batch";
      readonly batch: Batch;
      readonly attempt: number;
      readonly resend: Batch["resend"];
      readonly ageMs: number;
      readonly waitedMs: number;
      readonly grantedAt: number;
      readonly sealed: number;
      readonly pending: number;
    };

/** What a take knows of the quota while it runs. */
interface Facts {
  readonly days: readonly number[];
  readonly until: number;
  readonly most: number;
  readonly caps: Map<string, Cap>;
}

/** `held`: the batch that the slot is on record with: its worker died. */
export function take(twin: Twin, name: Lane, held: number | null = null): TakenTwin {
  const lane = laneOf(twin, name);
  if (held !== null) resendHeld(twin, lane, batchOf(twin, held));
  if (lane.sending.size >= lane.limits.inFlight) return { kind: "end" };
  if (twin.paused) return wait(twin, lane, "paused", twin.now + 3_600_000);
  const facts = factsOf(twin, lane);
  freeRested(lane, twin.now, (number) => batchOf(twin, number));
  const due = nextRetry(twin, lane, facts);
  // What is tried again goes first, but parts not twice in a row where new work may go.
  const plan = due === null || lane.partSent ? planNew(twin, lane, facts) : null;
  const isNew = plan !== null && !("kind" in plan);
  if (due === null && plan !== null && "kind" in plan) return plan;
  const granted = permit(twin, lane.limits.call);
  if (granted.grantedAt === null) return wait(twin, lane, granted.why, granted.until);
  if (!isNew) {
    if (due === null) throw new Error("twin: nothing to send");
    lane.partSent ||= due.isPart;
    return send(twin, lane, due, facts, granted.grantedAt, 0);
  }
  const made = seal(
    twin,
    lane,
    plan,
    facts.most,
    (options) => cap(twin, lane, facts, options),
    facts.days[0] ?? 0,
  );
  if (made !== null) lane.partSent = false;
  if (made !== null) return send(twin, lane, made.batch, facts, granted.grantedAt, made.sealed);
  withdraw(twin, lane.limits.call, granted.grantedAt);
  return wait(twin, lane, "rate", twin.now + 1);
}

function resendHeld(twin: Twin, lane: LaneTwin, batch: Batch): void {
  lane.sending.delete(batch.number);
  batch.state = "retry";
  batch.resend = "crash";
  settleReservation(twin, batch, true);
  lane.retry.set(batch.number, twin.now + lane.limits.resendAfterMs);
}

function wait(twin: Twin, lane: LaneTwin, why: string, until: number): TakenTwin {
  return { kind: "wait", why, until, pending: lane.keys.size, oldestAt: oldestOf(twin, lane) };
}

function factsOf(twin: Twin, lane: LaneTwin): Facts {
  const timeoutMs = twin.settings.limits.calls[lane.limits.call]?.timeoutMs ?? 0;
  const { days, until } = daysAt(twin, timeoutMs + GUARD_MS);
  return { days, until, most: Math.min(lane.limits.batch, widestBatch(twin, lane.limits)), caps: new Map() };
}

/** Asked once a take, for each kind of call: what the batch itself takes is booked at its end. */
function cap(twin: Twin, lane: LaneTwin, facts: Facts, options: string): Cap {
  const known = facts.caps.get(options) ?? capOf(twin, lane, options, facts.days, facts.most);
  facts.caps.set(options, known);
  return known;
}

/** What is tried again goes first. */
function nextRetry(twin: Twin, lane: LaneTwin, facts: Facts): Batch | null {
  for (let look = 0; look < 20; look += 1) {
    const [first] = byScore(lane.retry);
    if (first === undefined || first[1] > twin.now) return null;
    const batch = batchOf(twin, first[0]);
    if (mayRetry(twin, lane, facts, batch)) return batch;
  }
  return null;
}

/** Splits or puts off what cannot be tried again now. */
function mayRetry(twin: Twin, lane: LaneTwin, facts: Facts, batch: Batch): boolean {
  const classes = classesOf(lane.limits, batch.options);
  const size = leftOf(batch);
  const room = cap(twin, lane, facts, batch.options);
  const split = (first: number): false => {
    const at = batch.items.map((_, i) => i);
    splitBatch(twin, lane, batch, [at.slice(0, first), at.slice(first)]);
    return false;
  };
  if (size > Math.max(1, toldBatch(twin, classes)) && batch.resend === null)
    return split(Math.floor(size / 2));
  if (room[batch.klass] < size && !isReserved(batch, classes, facts.days)) {
    if (size > 1 && size * lane.limits.unitsPerTarget > room.day[batch.klass])
      return split(Math.floor(size / 2));
    if (room[batch.klass] > 0 && batch.resend === null) return split(room[batch.klass]);
    park(lane, batch, "quota", facts.until);
    for (const { entry } of batch.items) letGo(twin, lane, entry, false);
    return false;
  }
  const freeAt = domainsFreeAt(twin, lane, batch);
  return freeAt === null || park(lane, batch, "rate", freeAt);
}

function park(lane: LaneTwin, batch: Batch, why: string, until: number): false {
  batch.waits = why;
  lane.retry.set(batch.number, until);
  return false;
}

/** The classes that may go now, or what the slot is told instead. */
function planNew(twin: Twin, lane: LaneTwin, facts: Facts): Plan | TakenTwin {
  const day = facts.days[0] ?? 0;
  const options = (each: string): Cap => cap(twin, lane, facts, each);
  unparkSpent(lane, day);
  for (let look = 0; look < 3; look += 1) {
    const plan = whatToTake(twin, lane, facts);
    if ("kind" in plan) return plan;
    if (lane.limits.quotaByOption === null) {
      const room = options("{}");
      if ((plan.urgent ? room.u : room.n) < 1) {
        spend(twin, lane, facts.until);
        return wait(twin, lane, "quota", facts.until);
      }
      return plan;
    }
    const urgent = plan.urgent && passSpent(lane, "u", options, day);
    const normal = plan.normal && passSpent(lane, "n", options, day);
    if (urgent || normal) return { ...plan, urgent, normal, both: plan.both && urgent && normal };
  }
  return wait(twin, lane, "rate", twin.now + 1);
}

function whatToTake(twin: Twin, lane: LaneTwin, facts: Facts): Plan | TakenTwin {
  for (const [queue, freeAt] of byScore(lane.parked)) {
    if (freeAt > twin.now) break;
    lane.parked.delete(queue);
    joinRing(lane, queue);
  }
  if (lane.keys.size === 0) {
    clearQueues(lane);
    return waitForRetry(twin, lane);
  }
  const urgent = lane.rings.u.producers.length > 0;
  const normal = lane.rings.n.producers.length > 0;
  if (!urgent && !normal) return waitForPart(twin, lane, facts);
  const { quietMs, maxWaitMs } = twin.settings.coalesce;
  const quietAt = Math.min((lane.last ?? twin.now) + quietMs, (lane.first ?? twin.now) + maxWaitMs);
  const behind = [...lane.behind.values()].reduce((sum, { entries }) => sum + entries.length, 0);
  const isFull = lane.keys.size - behind - countOrdered(lane) >= facts.most;
  const readyAt = isFull ? Math.min(quietAt, twin.now) : quietAt;
  const isReady = normal && readyAt <= twin.now;
  if (!urgent && !isReady) return wait(twin, lane, "quiet", readyAt);
  const both = urgent && isReady;
  // Every 8th call that both classes want starts with the lower one.
  return { urgent, normal: isReady, both, normalFirst: both && (lane.turn + 1) % 8 === 0, readyAt };
}

/** Nothing is new; null ends the slot. */
function waitForRetry(twin: Twin, lane: LaneTwin): TakenTwin {
  const [first] = byScore(lane.retry);
  if (first === undefined) return { kind: "end" };
  return wait(twin, lane, batchOf(twin, first[0]).waits ?? "provider", first[1]);
}

/** All that waits is parked, spent, behind a batch, or waits for its order. */
function waitForPart(twin: Twin, lane: LaneTwin, facts: Facts): TakenTwin {
  const times = [...lane.parked.values(), behindUntil(twin, lane)];
  if (Math.min(...times) === Number.POSITIVE_INFINITY && lane.spent.size > 0)
    return wait(twin, lane, "quota", facts.until);
  const until = Math.min(...times, ...lane.retry.values());
  if (until < Number.POSITIVE_INFINITY) return wait(twin, lane, "rate", until);
  if (countOrdered(lane) > 0) return wait(twin, lane, "order", twin.now + 30_000);
  return wait(twin, lane, "rate", twin.now + 1000);
}

/** When the first of what waits behind a batch may go, or is worth a look. */
function behindUntil(twin: Twin, lane: LaneTwin): number {
  const [first] = byScore(new Map([...lane.behind].map(([number, { at }]) => [number, at])));
  if (first === undefined) return Number.POSITIVE_INFINITY;
  const [number, at] = first;
  if (at < Number.POSITIVE_INFINITY) return at;
  return Math.max(lane.sending.get(number) ?? lane.retry.get(number) ?? 0, twin.now + 1000);
}

function send(
  twin: Twin,
  lane: LaneTwin,
  batch: Batch,
  facts: Facts,
  grantedAt: number,
  sealed: number,
): TakenTwin {
  const resend = batch.resend;
  const isNew = batch.attempt === 0;
  lane.retry.delete(batch.number);
  const classes = classesOf(lane.limits, batch.options);
  if (classes.length > 0 && !isReserved(batch, classes, facts.days))
    reserve(twin, batch, classes, facts.days, leftOf(batch) * lane.limits.unitsPerTarget);
  const timeoutMs = twin.settings.limits.calls[lane.limits.call]?.timeoutMs ?? 0;
  Object.assign(batch, { state: "sending", attempt: batch.attempt + 1, resend: null, waits: null });
  spendDomains(twin, lane, batch);
  lane.sending.set(batch.number, twin.now + timeoutMs + LEASE_MS);
  return {
    kind: "batch",
    batch,
    attempt: batch.attempt,
    resend,
    ageMs: isNew ? 0 : twin.now - batch.sealedAt,
    waitedMs: Math.max(0, twin.now - batch.readyAt),
    grantedAt,
    sealed,
    pending: lane.keys.size,
  };
}
