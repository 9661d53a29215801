import type { RunningWorkers } from "@purgeline/queue";

export interface Shutdown {
  /** Ends waits, so that jobs which only wait give their slots back at once. */
  readonly stop: AbortController;
  readonly workers: readonly RunningWorkers[];
  readonly rescue: Promise<void>;
  readonly closers: readonly (() => Promise<void> | void)[];
}

/** A call may take its time-out of 10 s and its record a moment; an orchestrator's grace is 30 s. */
const DRAIN_MS = 20_000;
const CLOSE_MS = 5_000;

/**
 * The one order: stop claiming, let calls under way end and be recorded, then close HTTP,
 * queues and Redis. Whatever does not end in time is left as a crash would leave it: its
 * batch is sent again, never lost.
 */
export async function shutDown({ stop, workers, rescue, closers }: Shutdown): Promise<void> {
  stop.abort();
  await Promise.all([rescue, ...workers.map((each) => each.close(DRAIN_MS))]);
  for (const close of closers) await before(CLOSE_MS, close());
}

async function before(ms: number, work: Promise<void> | void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  // What cannot close, Redis being away, is not worth a bad exit code.
  await Promise.race([Promise.resolve(work).catch(() => undefined), promise]);
  clearTimeout(timer);
}
