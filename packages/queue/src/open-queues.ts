import type { Slot, SlotQueue } from "@purgeline/core";
import { type ConnectionOptions, type JobsOptions, Queue } from "bullmq";
import { jobName, SLOT_JOB_OPTIONS, type SlotJob } from "./job-data.ts";
import { INTENTS_QUEUE, queueName, queueNames, queuePrefix } from "./names.ts";

export interface QueuesOptions {
  /** Constructed by the store; the queues never close it. */
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly accounts: readonly string[];
  readonly onError: (error: Error) => void;
}

export interface QueueCounts {
  readonly queue: string;
  readonly jobs: Readonly<Record<string, number>>;
}

export interface Queues extends SlotQueue {
  counts(): Promise<readonly QueueCounts[]>;
  close(): Promise<void>;
}

/** Default is 10,000 events, about 2 MB a queue; nobody reads them here. */
const EVENTS_KEPT = 200;
/** BullMQ waits without end for a Redis that it has never seen; a job that is late by so much is rescue's. */
const ADD_TIMEOUT_MS = 3000;
const ALIVE: ReadonlySet<string> = new Set(["waiting", "active", "prioritized", "waiting-children"]);

export function openQueues(options: QueuesOptions): Queues {
  const byName = new Map(queueNames(options.accounts).map((name) => [name, openQueue(name, options)]));
  const queueOf = (name: string): Queue => {
    const queue = byName.get(name);
    if (queue === undefined) throw new Error(`queue: ${JSON.stringify(name)} is not open`);
    return queue;
  };
  return {
    async add(slots) {
      const groups = Map.groupBy(slots, (slot) => queueName(slot.account, slot.kind.for));
      await within(
        ADD_TIMEOUT_MS,
        Promise.all([...groups].map(([name, group]) => queueOf(name).addBulk(group.map(jobOf)))),
      );
    },
    async lost(slots) {
      const alive = await Promise.all(
        slots.map((slot) => isAlive(queueOf(queueName(slot.account, slot.kind.for)), slot.id)),
      );
      return slots.filter((_, i) => alive[i] !== true);
    },
    counts: () =>
      Promise.all(
        [...byName.values()].map(async (queue) => ({ queue: queue.name, jobs: await queue.getJobCounts() })),
      ),
    async close() {
      await Promise.all([...byName.values()].map((queue) => queue.close()));
    },
  };
}

function openQueue(name: string, { connection, prefix, onError }: QueuesOptions): Queue {
  const queue = new Queue(name, {
    connection,
    prefix: queuePrefix(prefix),
    streams: { events: { maxLen: EVENTS_KEPT } },
    // Foreign intents belong to their producers: their options decide how long their jobs stay.
    ...(name === INTENTS_QUEUE ? {} : { defaultJobOptions: SLOT_JOB_OPTIONS }),
  });
  queue.on("error", onError);
  return queue;
}

/**
 * Jobs are put off by the clocks of hosts. One that still is after its slot's time was put off by a
 * clock that was wrong, or has been set since: hours may be left of it.
 */
async function isAlive(queue: Queue, id: string): Promise<boolean> {
  const state = await queue.getJobState(id);
  if (state !== "delayed") return ALIVE.has(state);
  const job = await queue.getJob(id);
  // Whoever was quicker has brought it forward.
  await job?.promote().catch(() => undefined);
  return job !== undefined;
}

function jobOf(slot: Slot): { readonly name: string; readonly data: SlotJob; readonly opts: JobsOptions } {
  // The slot's id is new for every minting: adding a retained id again would be a silent no-op.
  return { name: jobName(slot), data: { slot }, opts: { jobId: slot.id } };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`queue: Redis did not take the jobs within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
