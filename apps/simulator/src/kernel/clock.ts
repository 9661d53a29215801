/** Real time plus an offset that only the control API moves, and only forward. */
export interface VirtualClock {
  /** Wall clock, epoch ms. */
  nowMs(): number;
  /** Never jumps back; moves with the offset: for windows and ages. */
  monotonicMs(): number;
  advance(ms: number): void;
}

export function createClock(): VirtualClock {
  let offsetMs = 0;
  return {
    nowMs: () => Date.now() + offsetMs,
    monotonicMs: () => performance.now() + offsetMs,
    advance: (ms) => {
      offsetMs += ms;
    },
  };
}
