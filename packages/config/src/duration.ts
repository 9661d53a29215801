const UNITS: readonly (readonly [ms: number, names: readonly string[]])[] = [
  [604_800_000, ["w", "week", "weeks"]],
  [86_400_000, ["d", "day", "days"]],
  [3_600_000, ["h", "hour", "hours"]],
  [60_000, ["m", "min", "minute", "minutes"]],
  [1_000, ["s", "sec", "second", "seconds"]],
  [1, ["ms", "millisecond", "milliseconds"]],
];

/** Milliseconds of `24h`, `7d`, `200ms`, `1.5 hours`; null: it is no duration. A number alone has no unit, hence none. */
export function parseDuration(text: string): number | null {
  const [, amount, name] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/.exec(text) ?? [];
  const unit = UNITS.find(([, names]) => name !== undefined && names.includes(name));
  return unit === undefined ? null : Math.round(Number(amount) * unit[0]);
}

/** A text that `parseDuration` reads back as these milliseconds, in the largest unit that divides them. */
export function showDuration(ms: number): string {
  // Weeks are read, but nobody writes `1w` for seven days.
  const [each, [name]] = UNITS.find(([unit], index) => index > 0 && ms > 0 && ms % unit === 0) ?? [1, ["ms"]];
  return `${ms / each}${name}`;
}
