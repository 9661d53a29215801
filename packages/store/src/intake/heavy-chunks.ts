/** A chunk of so many targets has Redis for a millisecond (3 µs a target, measured; its fsync is as long again). */
const HEAVY_TARGETS = 250;
/** While others ask, Redis is theirs for three quarters of the time: what they ask mostly waits for no chunk. */
const REST_PER_MS = 3;
/** Three times the 5 ms that a full chunk takes with its fsync: a longer answer says that Redis was busy with others. */
const LONGEST_REST_MS = 15;
/** Whoever asked within this time may ask again. */
const OTHERS_MS = 1000;
/** Behind a Redis that is slower than this, or silent, nobody waits for the time-outs of all before. */
const LONGEST_TURN_MS = 50;

export type InTurn = <T>(targets: number, run: () => Promise<T>) => Promise<T>;

/**
 * Redis does one thing at a time, and an intent of 10,000 targets is ten times as long a thing as anybody else's
 * ten steps. So a process hands in its heavy chunks one after the other, in the order asked, and while others ask for
 * less it lets Redis rest in between: 50,000 targets a second instead of 100,000.
 */
export function heavyChunks(now: () => number = () => performance.now()): InTurn {
  let last: Promise<void> = Promise.resolve();
  let othersAskedAt = Number.NEGATIVE_INFINITY;
  const restMs = (tookMs: number): number =>
    now() - othersAskedAt > OTHERS_MS ? 0 : Math.min(LONGEST_REST_MS, REST_PER_MS * tookMs);
  return async (targets, run) => {
    if (targets < HEAVY_TARGETS) {
      othersAskedAt = now();
      return await run();
    }
    const before = last;
    const { promise, resolve: pass } = Promise.withResolvers<void>();
    last = promise;
    await before;
    const startedAt = now();
    const overdue = setTimeout(pass, LONGEST_TURN_MS);
    try {
      return await run();
    } finally {
      clearTimeout(overdue);
      const ms = restMs(now() - startedAt);
      if (ms > 0) setTimeout(pass, ms);
      else pass();
    }
  };
}
