import type { Coalesce } from "../account.ts";
import type { LegPlan } from "../intent.ts";
import { type CallLimits, type Limits, ROLLUP_PRODUCER } from "../limits.ts";
import type { AccountState, LaneState } from "../store-views.ts";
import type { CallName, Lane } from "../words.ts";
import { CallGate } from "./call-gate.ts";
import { coveredTargets, type Wider } from "./cover.ts";
import { type LaneFacts, LaneRun } from "./lane-run.ts";
import { type QuotaCost, QuotaDays } from "./quota-days.ts";
import { type RolledUp, rolledUp } from "./roll-up.ts";

export interface LaneCost {
  readonly lane: Lane;
  readonly call: CallName;
  /** Distinct targets. */
  readonly keys: number;
  /** Of these, what other targets of the intent do as well, or a directory that they are rolled up into. */
  readonly absorbed: number;
  readonly calls: number;
}

/** What one leg would cost, were it staged now. */
export interface LegCost {
  readonly account: string;
  /** As given, repeated ones included. */
  readonly targets: number;
  readonly duplicates: number;
  readonly lanes: readonly LaneCost[];
  /** The classes that it spends. */
  readonly quotas: readonly QuotaCost[];
  /** When its last call goes out if nothing else comes; null: not by itself, or not within a year. */
  readonly lastCallAtMs: number | null;
  /** As it leaves them to a leg that follows. */
  readonly days: QuotaDays;
}

/** Everything that the cost of a leg depends on beside its targets. */
export interface CostFacts {
  readonly limits: Limits;
  readonly coalesce: Coalesce;
  readonly state: AccountState;
  readonly isUrgent: boolean;
  /** Who asks: it may have a share of the day. */
  readonly producer: string;
  /** From when on it may be sent. */
  readonly fromMs: number;
  /** What a leg that it follows leaves of the days; absent: it follows none. */
  readonly days?: QuotaDays;
}

const LONGEST_MS = 366 * 24 * 3_600_000;
const UNLIMITED: CallLimits = { perSecond: null, perMinute: null, timeoutMs: 0 };

/**
 * Goes through the leg's calls as the store would make them, were nothing else to come: which targets share
 * one, what each takes of the day, and when. Rests after each call, for whoever has others to serve meanwhile.
 */
export function* legCost(leg: LegPlan, facts: CostFacts): Generator<undefined, LegCost> {
  const days = new QuotaDays(
    facts.state,
    facts.isUrgent ? 0 : facts.limits.reserveForUrgent,
    facts.producer,
    facts.days,
  );
  const gates = new Map<CallName, CallGate>();
  const runs = laneRuns(leg, facts, days);
  const stuck: LaneRun[] = [];
  let open = runs;
  let lastMs = facts.fromMs;
  for (;;) {
    open = open.filter(({ left }) => left > 0);
    const [run] = open.toSorted((a, b) => a.atMs - b.atMs);
    if (run === undefined) break;
    const { call } = run.limits;
    const shown = facts.state.calls.find((one) => one.call === call);
    const gate = gates.get(call) ?? new CallGate(facts.limits.calls[call] ?? UNLIMITED, shown);
    gates.set(call, gate);
    if (run.atMs - facts.fromMs > LONGEST_MS || days.wholeDay(run.limits, run.options) < 1) {
      stuck.push(run);
      open = open.filter((one) => one !== run);
    } else if (run.step(gate, days)) {
      lastMs = Math.max(lastMs, run.atMs);
      yield;
    }
  }
  const { paused, stopped } = facts.state;
  return {
    account: leg.account,
    targets: runs.reduce((sum, { keys }) => sum + keys, leg.duplicates),
    duplicates: leg.duplicates,
    lanes: lanesOf(runs),
    quotas: days.costs(stuck),
    lastCallAtMs: paused || stopped !== null || stuck.length > 0 ? null : lastMs,
    days,
  };
}

/** By name; what is rolled up is a call of the lane that nobody gave a key for. */
function lanesOf(runs: readonly LaneRun[]): readonly LaneCost[] {
  const byLane = new Map<Lane, LaneCost>();
  for (const run of runs) {
    const { lane, limits } = run;
    const { keys, absorbed, calls } = byLane.get(lane) ?? { keys: 0, absorbed: 0, calls: 0 };
    byLane.set(lane, {
      lane,
      call: limits.call,
      keys: keys + run.keys,
      absorbed: absorbed + run.absorbed,
      calls: calls + run.calls,
    });
  }
  return [...byLane.values()].toSorted((a, b) => (a.lane < b.lane ? -1 : 1));
}

/** Those that may cover others first, and last what is rolled up. */
function laneRuns(leg: LegPlan, facts: CostFacts, days: QuotaDays): readonly LaneRun[] {
  const { limits, coalesce, state, isUrgent, fromMs } = facts;
  const sent = new Map<Lane, Wider>();
  const rolled: LaneRun[] = [];
  const wide = leg.lanes.toSorted(
    (a, b) =>
      Number(limits.lanes[a.lane]?.covers === undefined) - Number(limits.lanes[b.lane]?.covers === undefined),
  );
  const asked = wide.flatMap((planned) => {
    const { lane, options, targets } = planned;
    const inForce = laneFacts(lane, facts);
    if (inForce === null) return [];
    const all = { options, texts: new Set(targets.map(({ text }) => text)) };
    const covered = coveredTargets(planned, inForce.limits, (by) => (by === lane ? all : sent.get(by)));
    const isFull = (left: number): boolean => left + inForce.ahead >= inForce.limits.batch;
    const readyAtMs = (left: number): number => fromMs + (isUrgent || isFull(left) ? 0 : coalesce.quietMs);
    const up = rolledUp(planned, leg, limits, state);
    const absorbed = new Set([...covered, ...(up?.urls ?? [])]);
    const run = new LaneRun(planned, absorbed, {
      ...inForce,
      fromMs: readyAtMs(targets.length - absorbed.size),
    });
    if (up !== null) rolled.push(rolledRun(up, leg, readyAtMs(targets.length - covered.size), facts));
    if (inForce.limits.covers !== undefined) {
      const room = days.room(inForce.limits, options) - inForce.ahead;
      sent.set(lane, { options, texts: new Set(run.first(room).map(({ text }) => text)) });
    }
    return [run];
  });
  return [...asked, ...rolled];
}

/** In the place of URLs that begin to go then: what waits in their lane goes before it once, with what the leg names. */
function rolledRun({ planned }: RolledUp, leg: LegPlan, urlsAtMs: number, facts: CostFacts): LaneRun {
  const inForce = laneFacts(planned.lane, facts);
  if (inForce === null) throw new Error(`plan: no lane ${planned.lane}`);
  const isAsked = leg.lanes.some(({ lane }) => lane === planned.lane);
  return new LaneRun(planned, new Set(), {
    ...inForce,
    ...(isAsked ? { ahead: 0, parked: {} } : {}),
    fromMs: urlsAtMs + (facts.isUrgent ? 0 : facts.coalesce.quietMs),
    by: ROLLUP_PRODUCER,
  });
}

function laneFacts(lane: Lane, { limits, state, isUrgent }: CostFacts): Omit<LaneFacts, "fromMs"> | null {
  const own = limits.lanes[lane];
  if (own === undefined) return null;
  const shown = state.lanes.find((one) => one.lane === lane);
  return {
    limits: { ...own, batch: Math.min(own.batch, shown?.batch ?? own.batch) },
    call: limits.calls[own.call] ?? UNLIMITED,
    ahead: isUrgent ? 0 : goesFirst(shown),
    parked: isUrgent ? {} : (shown?.parked ?? {}),
  };
}

/** Targets that wait in the lane and may go today. */
export function goesFirst(lane: LaneState | undefined): number {
  const parked = Object.values(lane?.parked ?? {}).reduce((sum, targets) => sum + targets, 0);
  return Math.max(0, (lane?.pending ?? 0) - parked);
}
