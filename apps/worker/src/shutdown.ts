import type { RunningWorkers } from "@purgeline/queue";

export interface Working {
  /** Ends waits, so that jobs which only wait give their slots back at once. */
  readonly stop: AbortController;
  readonly workers: readonly RunningWorkers[];
  readonly loops: readonly Promise<void>[];
}

/** A call may take its time-out of 10 s and its record a moment; an orchestrator's grace is 30 s. */
const DRAIN_MS = 20_000;
const CLOSE_MS = 5_000;

/**
 * Stops claiming and lets calls under way end and be recorded. Whatever does not end in time is
 * left as a crash would leave it: its batch is sent again, never lost.
 */
export async function drain({ stop, workers, loops }: Working): Promise<void> {
  stop.abort();
  await Promise.all([...loops, ...workers.map((each) => each.close(DRAIN_MS))]);
}

/** One after the other, each in its time: what cannot close, Redis being away, is not worth a bad exit code. */
export async function closeAll(closers: readonly (() => Promise<void> | void)[]): Promise<void> {
  for (const close of closers) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    const closed = (async () => await close())().catch(() => undefined);
    await Promise.race([closed, promise]);
    clearTimeout(timer);
  }
}
