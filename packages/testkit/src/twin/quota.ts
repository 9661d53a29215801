import { type CallOptions, type LaneLimits, quotasOf } from "@purgeline/core";
import type { Batch, Class, DayTwin, LaneTwin, Reservation, Twin } from "./state.ts";

export function classesOf(limits: LaneLimits, options: string): readonly string[] {
  return quotasOf(limits, JSON.parse(options) as CallOptions);
}

/** All that a lane may spend, one list for each kind of call. */
function classSets({ quota, quotaByOption }: LaneLimits): readonly (readonly string[])[] {
  return [quota === null ? [] : [quota], ...Object.values(quotaByOption?.classes ?? {})];
}

/** The days that a unit spent now is booked in, named by their last instants, and when the first of them counts no more. */
export function daysAt(
  twin: Twin,
  guardMs: number,
): { readonly days: readonly number[]; readonly until: number } {
  const at = twin.settings.resets.findIndex((reset) => reset > twin.now);
  const [before = 0, end = 0, next = 0] = twin.settings.resets.slice(at - 1, at + 2);
  if (at < 1 || next === 0) throw new Error("twin: no reset on both sides of now");
  if (twin.now - before < guardMs) return { days: [before, end], until: before + guardMs };
  if (end - twin.now < guardMs) return { days: [end, next], until: end + guardMs };
  return { days: [end], until: end + guardMs };
}

export function dayOf(twin: Twin, name: string, day: number): DayTwin {
  const key = `${name}:${day}`;
  const known = twin.days.get(key) ?? { used: 0, reserved: 0, elsewhere: 0, full: false };
  twin.days.set(key, known);
  return known;
}

/** Units of a day in force; null: nobody counts them. */
export function limitOf(twin: Twin, name: string): number | null {
  const configured = twin.settings.limits.quotas[name];
  if (configured === undefined) return null;
  return Math.min(configured, twin.told.get(name)?.limit ?? configured);
}

/** Units that are left of all these days. */
export function roomOf(twin: Twin, name: string, days: readonly number[]): number {
  const limit = limitOf(twin, name) ?? Number.POSITIVE_INFINITY;
  const rooms = days.map((day) => {
    const { used, reserved, elsewhere, full } = dayOf(twin, name, day);
    return full ? 0 : limit - used - reserved - elsewhere;
  });
  return Math.max(0, Math.min(...rooms));
}

export function toldBatch(twin: Twin, classes: readonly string[]): number {
  return Math.min(...classes.map((name) => twin.told.get(name)?.batch ?? Number.POSITIVE_INFINITY));
}

export function widestBatch(twin: Twin, limits: LaneLimits): number {
  return Math.max(...classSets(limits).map((classes) => toldBatch(twin, classes)));
}

/** What a call with these options has room for, in targets. */
export interface Cap {
  readonly u: number;
  readonly n: number;
  /** A whole day has no more for the class, in units. */
  readonly day: Readonly<Record<Class, number>>;
  readonly batch: number;
}

export function capOf(
  twin: Twin,
  lane: LaneTwin,
  options: string,
  days: readonly number[],
  most: number,
): Cap {
  const classes = classesOf(lane.limits, options);
  const counted = classes.filter((name) => limitOf(twin, name) !== null);
  const room = Math.min(...counted.map((name) => roomOf(twin, name, days)));
  const day = Math.min(...counted.map((name) => limitOf(twin, name) ?? 0));
  const units = lane.limits.unitsPerTarget;
  const reserve = twin.settings.limits.reserveForUrgent;
  return {
    u: Math.floor(room / units),
    n: Math.floor(Math.max(0, room - reserve) / units),
    day: { u: day, n: Math.max(0, day - reserve) },
    batch: Math.min(most, toldBatch(twin, classes)),
  };
}

export function isReserved(batch: Batch, classes: readonly string[], days: readonly number[]): boolean {
  const { reservation } = batch;
  if (reservation?.state !== "reserved" || String(reservation.classes) !== String(classes)) return false;
  return days.every((day) => reservation.days.includes(day));
}

export function reserve(
  twin: Twin,
  batch: Batch,
  classes: readonly string[],
  days: readonly number[],
  units: number,
): void {
  settleReservation(twin, batch, false);
  for (const name of classes) for (const day of days) dayOf(twin, name, day).reserved += units;
  batch.reservation = { classes, days, units, state: "reserved" };
}

/** Spent, but for what the provider refused, or given back. */
export function settleReservation(twin: Twin, batch: Batch, spend: boolean, refused = 0): void {
  const held: Reservation | null = batch.reservation;
  if (held?.state !== "reserved") return;
  const spent = spend ? held.units - (refused * held.units) / leftOf(batch) : 0;
  for (const name of held.classes) {
    for (const day of held.days) {
      dayOf(twin, name, day).reserved -= held.units;
      dayOf(twin, name, day).used += spent;
    }
  }
  held.state = spend ? "spent" : "refunded";
}

/** What a part with so many items takes over. */
export function partOfReservation(batch: Batch, items: number): Reservation | null {
  const held = batch.reservation;
  if (held?.state !== "reserved") return null;
  return { ...held, units: (held.units * items) / leftOf(batch) };
}

/** Items that have not ended. */
export function leftOf(batch: Batch): number {
  return batch.items.filter(({ state }) => state === "sealed" || state === "submitted").length;
}

/** The provider's word on what is left of a day: what is missing others have spent. */
export function tellRemaining(
  twin: Twin,
  name: string,
  day: number,
  remaining: number,
  atLeast: boolean,
): void {
  const ledger = dayOf(twin, name, day);
  const elsewhere = Math.max(0, (limitOf(twin, name) ?? 0) - remaining - ledger.used - ledger.reserved);
  ledger.elsewhere = atLeast ? Math.max(elsewhere, ledger.elsewhere) : elsewhere;
}

export function hasRoom(twin: Twin, lane: LaneTwin, days: readonly number[]): boolean {
  return classSets(lane.limits).some((classes) => {
    const counted = classes.filter((name) => limitOf(twin, name) !== null);
    return Math.min(...counted.map((name) => roomOf(twin, name, days))) >= lane.limits.unitsPerTarget;
  });
}
