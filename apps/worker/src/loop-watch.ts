/** One loop of this process: whether it has something to do, and when it last turned. */
interface Loop {
  readonly hasWork: () => boolean;
  turnedAt: number;
}

/**
 * Tells a stalled process from an idle one: a loop is stalled when it has work that nothing
 * keeps it from and has not turned for `stalledMs`. Time is monotonic.
 */
export class LoopWatch {
  readonly #loops = new Map<string, Loop>();
  readonly #stalledMs: number;
  readonly #now: () => number;

  constructor(stalledMs: number, now: () => number) {
    this.#stalledMs = stalledMs;
    this.#now = now;
  }

  /** Registers a loop; call the result at each turn. */
  watch(name: string, hasWork: () => boolean): () => void {
    const loop = { hasWork, turnedAt: this.#now() };
    this.#loops.set(name, loop);
    return () => {
      loop.turnedAt = this.#now();
    };
  }

  /** Names each loop once when it stalls, and again when it stalls anew, until the signal. */
  reportTo(onStall: (loop: string) => void, signal: AbortSignal): void {
    let known: readonly string[] = [];
    const timer = setInterval(() => {
      const stalled = this.stalled();
      for (const name of stalled) if (!known.includes(name)) onStall(name);
      known = stalled;
    }, this.#stalledMs / 2);
    timer.unref();
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  stalled(): readonly string[] {
    return [...this.#loops]
      .filter(([, loop]) => loop.hasWork() && this.#now() - loop.turnedAt > this.#stalledMs)
      .map(([name]) => name);
  }
}
