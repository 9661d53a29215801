/** Numbers that look random and come again with the same seed (mulberry32). */
export interface Chance {
  /** 0 ≤ number < 1. */
  unit(): number;
  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number;
  one<T>(of: readonly [T, ...T[]]): T;
}

export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(unit() * (to - from + 1));
  return { unit, between, one: (of) => of[between(0, of.length - 1)] ?? of[0] };
}
