import { type LaneLimits, quotasOf } from "../limits.ts";
import type { CallOptions } from "../provider.ts";
import { type AccountState, type QuotaState, remainingOf } from "../store-views.ts";
import type { QuotaClass } from "../words.ts";
import { RESET_GUARD_MS } from "./store-figures.ts";

/** Units that a leg takes out of one class. */
export interface QuotaCost {
  readonly class: QuotaClass;
  /** All of them, on whatever day. */
  readonly units: number;
  /** What is left of today; what of it will be left then. */
  readonly before: number;
  readonly after: number;
  /** Of the units, those that wait for another day. */
  readonly later: number;
  readonly resetsAtMs: number;
}

interface Stuck {
  readonly limits: LaneLimits;
  readonly options: CallOptions;
  readonly left: number;
}

// An hour more or less where clocks change: this is what a forecast of days can bear.
const DAY_MS = 24 * 3_600_000;

/** The day's quotas as a leg spends them, day after day. */
export class QuotaDays {
  readonly #quotas: readonly QuotaState[];
  readonly #reserve: number;
  readonly producer: string;
  readonly #room = new Map<QuotaClass, number>();
  /** What is left of the producer's own share of the day. */
  readonly #share = new Map<QuotaClass, number>();
  readonly #today = new Map<QuotaClass, number>();
  readonly #later = new Map<QuotaClass, number>();
  /** By our clock. */
  #resetsAtMs: number;
  #number = 0;

  /** `reserve`: units that are kept from this leg; `before`: as a leg that went before has left them. */
  constructor(
    { quotas, providerAheadMs = 0 }: Pick<AccountState, "quotas" | "providerAheadMs">,
    reserve: number,
    producer: string,
    before?: QuotaDays,
  ) {
    this.#quotas = quotas;
    this.#reserve = reserve;
    this.producer = producer;
    for (const quota of quotas) {
      this.#room.set(quota.class, remainingOf(quota));
      this.#share.set(quota.class, shareOf(quota, producer, "left"));
    }
    this.#resetsAtMs = Math.min(...quotas.map(({ resetsAtMs }) => resetsAtMs)) - providerAheadMs;
    if (before === undefined) return;
    for (const [name, room] of before.#room) this.#room.set(name, room);
    for (const [name, share] of before.#share) this.#share.set(name, share);
    this.#resetsAtMs = before.#resetsAtMs;
    this.#number = before.#number;
  }

  /** Of the day that it is, from today's on: 0. */
  get number(): number {
    return this.#number;
  }

  /** Until then nobody can tell which day it is, as in the store: so long after the reset. */
  turnsAtMs(timeoutMs: number): number {
    return this.#resetsAtMs + timeoutMs + RESET_GUARD_MS;
  }

  /** The days until then are over. */
  turn(atMs: number, timeoutMs: number): void {
    if (atMs < this.turnsAtMs(timeoutMs)) return;
    for (const quota of this.#quotas) {
      this.#room.set(quota.class, quota.limit);
      this.#share.set(quota.class, shareOf(quota, this.producer, "limit"));
    }
    const days = Math.floor((atMs - this.turnsAtMs(timeoutMs)) / DAY_MS) + 1;
    this.#resetsAtMs += DAY_MS * days;
    this.#number += days;
  }

  /** Targets of the lane that the day has room for, on somebody's behalf. */
  room(lane: LaneLimits, options: CallOptions, by: string = this.producer): number {
    const shareIn = (name: QuotaClass): number =>
      by === this.producer ? (this.#share.get(name) ?? 0) : Number.POSITIVE_INFINITY;
    return this.#roomIn(lane, options, (name) =>
      Math.min((this.#room.get(name) ?? 0) - this.#reserve, shareIn(name)),
    );
  }

  /** The same of a whole day. */
  wholeDay(lane: LaneLimits, options: CallOptions): number {
    return this.#roomIn(lane, options, (name) => {
      const quota = this.#quotas.find((one) => one.class === name);
      return quota === undefined
        ? 0
        : Math.min(quota.limit - this.#reserve, shareOf(quota, this.producer, "limit"));
    });
  }

  /** Targets of the lane that a producer may have of a whole day by its share. */
  wholeShare(lane: LaneLimits, options: CallOptions, producer: string): number {
    return this.#roomIn(lane, options, (name) => {
      const quota = this.#quotas.find((one) => one.class === name);
      return quota === undefined ? Number.POSITIVE_INFINITY : shareOf(quota, producer, "limit");
    });
  }

  spend(lane: LaneLimits, options: CallOptions, targets: number, by: string = this.producer): void {
    this.takeAway(lane, options, targets, by);
    const ledger = this.#number === 0 ? this.#today : this.#later;
    const units = targets * lane.unitsPerTarget;
    for (const name of quotasOf(lane, options)) ledger.set(name, (ledger.get(name) ?? 0) + units);
  }

  /** What is spent first: of the producer's own share where it is its own. */
  takeAway(lane: LaneLimits, options: CallOptions, targets: number, producer?: string): void {
    const units = targets * lane.unitsPerTarget;
    const ledgers = producer === this.producer ? [this.#room, this.#share] : [this.#room];
    for (const name of quotasOf(lane, options))
      for (const ledger of ledgers) ledger.set(name, (ledger.get(name) ?? 0) - units);
  }

  /** `stuck`: what no day within sight has room for. */
  costs(stuck: readonly Stuck[]): readonly QuotaCost[] {
    return this.#quotas.flatMap((quota) => {
      const isOf = ({ limits, options }: Stuck): boolean => quotasOf(limits, options).includes(quota.class);
      const waiting = stuck
        .filter(isOf)
        .reduce((sum, { limits, left }) => sum + left * limits.unitsPerTarget, 0);
      const today = this.#today.get(quota.class) ?? 0;
      const later = (this.#later.get(quota.class) ?? 0) + waiting;
      if (today + later === 0) return [];
      const before = remainingOf(quota);
      const { resetsAtMs } = quota;
      return [{ class: quota.class, units: today + later, before, after: before - today, later, resetsAtMs }];
    });
  }

  #roomIn(lane: LaneLimits, options: CallOptions, unitsOf: (name: QuotaClass) => number): number {
    const counted = quotasOf(lane, options).filter((name) => this.#room.has(name));
    return Math.min(
      ...counted.map((name) => Math.floor(Math.max(0, unitsOf(name)) / lane.unitsPerTarget)),
      Number.POSITIVE_INFINITY,
    );
  }
}

export function shareOf({ shares }: QuotaState, whose: string, which: "limit" | "left"): number {
  const share = shares?.find(({ producer }) => producer === whose);
  if (share === undefined) return Number.POSITIVE_INFINITY;
  return which === "limit" ? share.limit : share.limit - share.used;
}
