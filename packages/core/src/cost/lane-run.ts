import type { PlannedLane, PlannedTarget } from "../intent.ts";
import type { CallLimits, LaneLimits } from "../limits.ts";
import type { CallOptions } from "../provider.ts";
import type { Lane } from "../words.ts";
import type { CallGate } from "./call-gate.ts";
import { LaneQueue } from "./lane-queue.ts";
import type { QuotaDays } from "./quota-days.ts";

export interface LaneFacts {
  /** In force: what the provider told counts. */
  readonly limits: LaneLimits;
  readonly call: CallLimits;
  /** Targets of others that go first. */
  readonly ahead: number;
  /** What others, and the same producer, have waiting for another day, by producer. */
  readonly parked: Readonly<Record<string, number>>;
  readonly fromMs: number;
  /** On whose behalf; absent: the leg's producer's. */
  readonly by?: string;
}

/** One lane of a leg on its way, call by call. */
export class LaneRun {
  readonly lane: Lane;
  readonly limits: LaneLimits;
  readonly options: CallOptions;
  /** That the leg names. */
  readonly keys: number;
  readonly absorbed: number;
  readonly #planned: PlannedLane;
  readonly #covered: ReadonlySet<PlannedTarget>;
  readonly #call: CallLimits;
  readonly #queue: LaneQueue;
  readonly #parked: Map<string, number>;
  readonly #by: string | undefined;
  #ahead: number;
  #day = 0;
  #atMs: number;
  #left: number;
  #calls = 0;

  constructor(planned: PlannedLane, covered: ReadonlySet<PlannedTarget>, facts: LaneFacts) {
    this.lane = planned.lane;
    this.limits = facts.limits;
    this.options = planned.options;
    this.keys = facts.by === undefined ? planned.targets.length : 0;
    this.absorbed = covered.size;
    this.#planned = planned;
    this.#covered = covered;
    this.#call = facts.call;
    this.#queue = this.#waiting();
    this.#parked = new Map(Object.entries(facts.parked));
    this.#by = facts.by;
    this.#ahead = facts.ahead;
    this.#atMs = facts.fromMs;
    this.#left = planned.targets.length - this.absorbed;
  }

  /** When it is looked at next, or was sent last. */
  get atMs(): number {
    return this.#atMs;
  }

  get left(): number {
    return this.#left;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Sends the next call, or moves on to when there may be one; whether it did the former. */
  step(gate: CallGate, days: QuotaDays): boolean {
    const { timeoutMs } = this.#call;
    days.turn(this.#atMs, timeoutMs);
    this.#unpark(days);
    this.#letPass(gate, days);
    const room = days.room(this.limits, this.options, this.#by);
    const readyAtMs = this.#queue.readyAtMs(this.#atMs) ?? this.#atMs;
    const openAtMs = room < 1 ? days.turnsAtMs(timeoutMs) : Math.max(readyAtMs, gate.dueAtMs(this.#atMs));
    if (openAtMs > this.#atMs) {
      this.#atMs = openAtMs;
      return false;
    }
    const taken = this.#queue.seal(Math.min(this.limits.batch, room), this.#atMs).length;
    if (taken === 0) return false;
    this.#left -= taken;
    this.#calls += 1;
    gate.grant(this.#atMs);
    days.spend(this.limits, this.options, taken, this.#by);
    return true;
  }

  /** The targets that would go first, up to so many; what these cover goes with them. */
  first(most: number): readonly PlannedTarget[] {
    if (most >= this.#left) return this.#planned.targets;
    const queue = this.#waiting();
    const first: PlannedTarget[] = [];
    let atMs = this.#atMs;
    while (first.length < most) {
      atMs = Math.max(atMs, queue.readyAtMs(atMs) ?? atMs);
      first.push(...queue.seal(Math.min(this.limits.batch, most - first.length), atMs));
    }
    return first;
  }

  #waiting(): LaneQueue {
    // What this lane covers itself is found out when it is popped; what others cover never joins the queue.
    const isOwn = this.limits.covers?.includes(this.lane) ?? false;
    const { targets } = this.#planned;
    const queued = isOwn ? targets : targets.filter((target) => !this.#covered.has(target));
    return new LaneQueue(queued, this.#covered, this.limits);
  }

  /** With each day what waited for it goes first, as far as its producer's share goes. */
  #unpark(days: QuotaDays): void {
    while (this.#day < days.number) {
      this.#day += 1;
      for (const [producer, left] of this.#parked) {
        const units = Math.min(left, days.wholeShare(this.limits, this.options, producer));
        this.#parked.set(producer, left - units);
        if (this.#day < days.number) continue;
        if (producer === days.producer) days.takeAway(this.limits, this.options, units, producer);
        else this.#ahead += units;
      }
    }
  }

  /** What others have waiting takes its share of the day and of the calls. */
  #letPass(gate: CallGate, days: QuotaDays): void {
    const passing = Math.min(this.#ahead, days.room(this.limits, this.options));
    if (passing < 1) return;
    this.#ahead -= passing;
    days.takeAway(this.limits, this.options, passing);
    this.#atMs = Math.max(this.#atMs, gate.dueAtMs(this.#atMs));
    this.#atMs += Math.ceil(passing / this.limits.batch) * gate.everyMs(this.#atMs);
  }
}
