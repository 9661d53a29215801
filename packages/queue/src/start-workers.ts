import type { Face, Json, Slot, SlotEnd } from "@purgeline/core";
import { type ConnectionOptions, DelayedError, type Job, UnrecoverableError, Worker } from "bullmq";
import type { SlotJob } from "./job-data.ts";
import { INTENTS_QUEUE, queueName, queuePrefix } from "./names.ts";

export interface WorkersOptions {
  /** A blocking connection for each call. */
  readonly connect: () => ConnectionOptions;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
  /** A handler threw: its job runs again. */
  readonly onFault: (job: string, error: Error) => void;
}

export interface RunningWorkers {
  /** Lets running jobs end, `deadlineMs` at most; then they are left to be found as stalled. */
  close(deadlineMs: number): Promise<void>;
}

// A killed worker's job starts again within LOCK + STALLED_EVERY: by default after 55 to 87 s (measured).
const LOCK_MS = 15_000;
const STALLED_EVERY_MS = 5000;
// At the limit BullMQ fails a job without running its handler, and a job of ours may stall any number of times.
const MOST_STALLS = 1_000_000;
/**
 * A handler that threw met a store that is away: its slot waits this long. What it had sent may go
 * out again then, and no key is sent twice within the 3 s that Tencent's v2 log needs to tell both apart.
 */
const FAULT_DELAY_MS = 3000;

export interface SlotWork {
  readonly account: string;
  readonly kind: Slot["kind"]["for"];
  readonly concurrency: number;
  run(slot: Slot, show: (face: Face) => Promise<void>): Promise<SlotEnd>;
}

export function startSlotWorkers(works: readonly SlotWork[], options: WorkersOptions): RunningWorkers {
  return running(
    works.map((work) =>
      startWorker(queueName(work.account, work.kind), work.concurrency, options, (job: Job<SlotJob>) =>
        work.run(job.data.slot, (face) => show(job, face)),
      ),
    ),
  );
}

/** A job that a foreign producer added; both together name it for ever, since a removed job's id may be used again. */
export interface ForeignJob {
  readonly id: string;
  readonly addedAtMs: number;
}

/** Foreign intents: `admit` gets the payload as it came. */
export function startIntentsWorker(
  admit: (payload: Json, job: ForeignJob) => Promise<SlotEnd>,
  concurrency: number,
  options: WorkersOptions,
): RunningWorkers {
  return running([
    startWorker(INTENTS_QUEUE, concurrency, options, (job: Job<Json>) =>
      admit(job.data, { id: job.id ?? "", addedAtMs: job.timestamp }),
    ),
  ]);
}

function startWorker<Data>(
  name: string,
  concurrency: number,
  options: WorkersOptions,
  run: (job: Job<Data>) => Promise<SlotEnd>,
): Worker<Data> {
  const worker = new Worker<Data>(
    name,
    async (job, token) => {
      const end = await run(job).catch((error: unknown): SlotEnd => {
        options.onFault(`${name} ${job.id}`, error instanceof Error ? error : new Error(String(error)));
        return { kind: "later", delayMs: FAULT_DELAY_MS };
      });
      return await settle(job, end, token);
    },
    {
      connection: options.connect(),
      prefix: queuePrefix(options.prefix),
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_EVERY_MS,
      maxStalledCount: MOST_STALLS,
      metrics: { maxDataPoints: 60 * 24 },
    },
  );
  worker.on("error", options.onError);
  return worker;
}

/** The only place where BullMQ's control exceptions are thrown. */
async function settle(job: Job, end: SlotEnd, token: string | undefined): Promise<string> {
  switch (end.kind) {
    case "done":
      return end.summary;
    case "failed":
      throw new UnrecoverableError(end.reason);
    case "later":
      await job.moveToDelayed(Date.now() + Math.max(1, end.delayMs), token);
      throw new DelayedError();
    default:
      return end satisfies never;
  }
}

/** What people see never holds up the work, nor does it matter when it is lost. */
async function show(job: Job, face: Face): Promise<void> {
  await job.updateProgress({ title: face.title, preview: [...face.preview] }).catch(() => undefined);
}

function running(workers: readonly Worker[]): RunningWorkers {
  return {
    async close(deadlineMs) {
      // `close` hangs where Redis was never reachable (BullMQ #4656): the deadline ends the wait.
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, deadlineMs);
      // One that cannot close, its Redis being away, must not keep the others from it.
      await Promise.race([Promise.allSettled(workers.map((worker) => worker.close())), promise]);
      clearTimeout(timer);
    },
  };
}
