import type { SimulatorOptions } from "../src/index.ts";

/** Time that only `advance` moves: what comes within a second does so on a slow machine, too. */
export function stoppedTime(): NonNullable<SimulatorOptions["time"]> {
  const startedAt = Date.now();
  let passedMs = 0;
  return {
    clock: {
      nowMs: () => startedAt + passedMs,
      monotonicMs: () => passedMs,
      advance: (ms) => {
        passedMs += ms;
      },
    },
    loop: { sinceTurnMs: () => 0, close: () => undefined },
  };
}
