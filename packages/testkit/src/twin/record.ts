import { type EndState, isEnd, type State, type TaskAnswer, type Verdict } from "@purgeline/core";
import { ended as finished } from "./absorb.ts";
import { giveDomainsBack, holdCall, holdDomains, openCall } from "./gate.ts";
import { endPurge } from "./order.ts";
import { addTask, dropTasks } from "./polls.ts";
import {
  classesOf,
  dayOf,
  daysAt,
  hasRoom,
  leftOf,
  limitOf,
  roomOf,
  settleReservation,
  tellRemaining,
} from "./quota.ts";
import { byDomain, halves, splitBatch } from "./split.ts";
import { type Batch, batchOf, type LaneTwin, laneOf, type TaskTwin, type Twin } from "./state.ts";
import { move } from "./targets.ts";

/** Where nothing else says when: what the quota refused, though it has room. */
const QUOTA_AGAIN_MS = 60_000;

type Totals = Partial<Record<State, number>>;

export interface RecordedTwin {
  readonly applied: boolean;
  readonly totals: Totals;
}

const NOT_APPLIED: RecordedTwin = { applied: false, totals: {} };

export function record(twin: Twin, number: number, attempt: number, verdict: Verdict): RecordedTwin {
  const batch = batchOf(twin, number);
  const lane = laneOf(twin, batch.lane);
  if (batch.state !== "sending" || batch.attempt !== attempt) return NOT_APPLIED;
  lane.sending.delete(number);
  const totals: Totals = {};
  switch (verdict.do) {
    case "accept":
      accept(twin, lane, batch, verdict, totals);
      break;
    case "finish":
      answered(twin, lane, batch);
      settleReservation(twin, batch, true, verdict.rejected.length);
      endItems(twin, batch, endsOf(batch, "confirmed", verdict.rejected), totals);
      break;
    case "end":
      answered(twin, lane, batch);
      settleReservation(twin, batch, !verdict.refund);
      endItems(twin, batch, endsOf(batch, verdict.end, []), totals);
      break;
    case "retry":
      retry(twin, lane, batch, verdict);
      return { applied: true, totals };
    case "split":
      splitBatch(twin, lane, batch, halves(batch));
      break;
    default:
      verdict satisfies never;
  }
  openCall(twin, lane.limits.call);
  return { applied: true, totals };
}

type Ends = readonly (EndState | null)[];
type Told = readonly { readonly index: number; readonly end: EndState }[];

function endsOf(batch: Batch, end: EndState | null, told: Told): Ends {
  return batch.items.map((_, index) => told.find((each) => each.index === index)?.end ?? end);
}

/** Nothing is tried again: its keys begin to rest. */
function answered(twin: Twin, lane: LaneTwin, batch: Batch): void {
  batch.hasDomains = false;
  if (lane.limits.resendAfterMs === 0) return;
  const freeAt = twin.now + lane.limits.resendAfterMs;
  lane.resting.set(batch.number, freeAt);
  const behind = lane.behind.get(batch.number);
  if (behind !== undefined) behind.at = freeAt;
}

function accept(
  twin: Twin,
  lane: LaneTwin,
  batch: Batch,
  verdict: Extract<Verdict, { do: "accept" }>,
  totals: Totals,
): void {
  settleReservation(twin, batch, true, verdict.rejected.length);
  batch.state = "submitted";
  batch.acceptedAt = twin.now;
  answered(twin, lane, batch);
  const ends = endsOf(batch, null, verdict.rejected);
  const taken = batch.items.filter((_, index) => ends[index] === null);
  for (const item of taken) count(totals, "submitted", move(twin, item.entry.interests, "submitted"));
  batch.asks.push(...verdict.tasks);
  for (const task of verdict.tasks) addTask(twin, batch, task, twin.now + verdict.pollInMs, true);
  endItems(twin, batch, ends, totals);
  if (verdict.tasks.length === 0) endItems(twin, batch, endsOf(batch, "unconfirmed", []), totals);
}

function count(totals: Totals, state: State, n: number): void {
  if (n > 0) totals[state] = (totals[state] ?? 0) + n;
}

/** Each item ends once; with the last one the batch does. */
function endItems(twin: Twin, batch: Batch, ends: Ends, totals: Totals): void {
  if (batch.state === "ended") return;
  const ended = batch.items.filter((item, index) => (ends[index] ?? null) !== null && !isEnd(item.state));
  for (const item of ended) {
    const end = ends[batch.items.indexOf(item)] ?? "failed";
    item.state = end;
    count(totals, end, move(twin, item.entry.interests, end));
  }
  for (const { entry, state } of ended) endPurge(twin, entry, state === "confirmed");
  for (const { entry, state } of ended)
    finished(twin, laneOf(twin, batch.lane), entry, state === "confirmed");
  if (leftOf(batch) > 0) return;
  batch.state = "ended";
  dropTasks(twin, batch);
}

function retry(twin: Twin, lane: LaneTwin, batch: Batch, verdict: Extract<Verdict, { do: "retry" }>): void {
  const { hold, resend, inMs } = verdict;
  const parts = hold?.scope === "domains" ? byDomain(batch) : [];
  if (parts.length > 1) {
    splitBatch(twin, lane, batch, parts);
    openCall(twin, lane.limits.call);
    return;
  }
  if (resend !== null) {
    settleReservation(twin, batch, true);
    batch.resend = resend;
  } else giveDomainsBack(lane, batch);
  Object.assign(batch, { state: "retry", readyAt: twin.now + inMs });
  lane.retry.set(batch.number, twin.now + inMs);
  if (hold?.scope === "call") holdCall(twin, lane.limits.call, hold.why, hold.ms);
  if (hold?.scope === "domains") {
    holdDomains(twin, lane.limits.call, batch, hold.ms);
    batch.waits = "rate";
    openCall(twin, lane.limits.call);
  }
  if (hold?.scope === "quota") refuseQuota(twin, lane, batch, hold.spent);
}

/** Around a reset nobody can tell which day is spent: the old one, until the new one's own refusal says otherwise. */
function refuseQuota(
  twin: Twin,
  lane: LaneTwin,
  batch: Batch,
  spent: readonly { readonly class: string; readonly remaining: number | null }[],
): void {
  const day = batch.reservation?.days[0];
  settleReservation(twin, batch, false);
  const again = (): void => void lane.retry.set(batch.number, twin.now + QUOTA_AGAIN_MS);
  if (day === undefined) {
    again();
    return;
  }
  for (const { class: name, remaining } of spent) {
    if (remaining === null) dayOf(twin, name, day).full = true;
    else if (limitOf(twin, name) !== null) tellRemaining(twin, name, day, remaining, true);
  }
  const counted = classesOf(lane.limits, batch.options).filter((name) => limitOf(twin, name) !== null);
  const room = Math.min(...counted.map((name) => roomOf(twin, name, [day])));
  if (room >= leftOf(batch) * lane.limits.unitsPerTarget) again();
}

/** What a query told of one task. */
export function settle(twin: Twin, answer: TaskAnswer): RecordedTwin {
  openCall(twin, answer.seen.call);
  const task: TaskTwin | undefined = twin.tasks.get(answer.task.ref);
  twin.tasks.delete(answer.task.ref);
  if (task === undefined || task.batch.state !== "submitted") return NOT_APPLIED;
  const { batch } = task;
  const totals: Totals = {};
  for (const next of answer.next) addTask(twin, batch, next.task, twin.now + next.inMs, false);
  endItems(twin, batch, endsOf(batch, null, answer.ended), totals);
  const isAsked = [...twin.tasks.values()].some((each) => each.batch === batch);
  if (leftOf(batch) === 0 || isAsked) return { applied: true, totals };
  if (answer.rest !== null) endItems(twin, batch, endsOf(batch, answer.rest.end, []), totals);
  else for (const ask of batch.asks) addTask(twin, batch, ask, twin.now + (answer.againMs ?? 60_000), false);
  return { applied: true, totals };
}

/** What the provider told of its quota; lanes that have room now need not wait for a day. */
export function tellQuota(
  twin: Twin,
  call: string,
  figures: readonly {
    readonly class: string;
    readonly limit: number | null;
    readonly remaining: number | null;
    readonly batch: number | null;
  }[],
): void {
  openCall(twin, call);
  const { days } = daysAt(twin, (twin.settings.limits.calls[call]?.timeoutMs ?? 0) + 1000);
  const [day = 0, other] = days;
  for (const { class: name, limit, remaining, batch } of figures) {
    twin.told.set(name, { limit, batch: batch === null || batch < 1 ? null : batch });
    if (remaining === null || limitOf(twin, name) === null || other !== undefined) continue;
    tellRemaining(twin, name, day, remaining, false);
    dayOf(twin, name, day).full = false;
  }
  for (const lane of twin.lanes.values()) {
    if (!hasRoom(twin, lane, days)) continue;
    lane.spentUntil = 0;
    for (const [number, at] of lane.retry)
      if (at > twin.now && batchOf(twin, number).waits === "quota") lane.retry.set(number, twin.now);
    for (const queue of lane.spent.keys()) lane.spent.set(queue, 0);
  }
}
