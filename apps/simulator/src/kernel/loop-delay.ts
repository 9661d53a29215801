/**
 * How long something that is read now may have waited in this process, at most: since the event loop
 * turned for the last time but one. What came while the process was busy with one turn's callbacks, or was
 * stopped in them, is read when the next turn has begun. Between a call's arrival and its stamp lies whatever
 * else the process, or the machine, was busy with; a simulator that took that for the caller's haste would
 * see violations that are its own.
 */
export interface LoopDelay {
  sinceTurnMs(): number;
  close(): void;
}

const TURN_MS = 1;

export function watchLoop(): LoopDelay {
  let turnedAt = performance.now();
  let turnedBeforeAt = turnedAt;
  const timer = setInterval(() => {
    turnedBeforeAt = turnedAt;
    turnedAt = performance.now();
  }, TURN_MS).unref();
  return {
    sinceTurnMs: () => performance.now() - turnedBeforeAt,
    close: () => clearInterval(timer),
  };
}
