import type { Slot, SlotEnd, SlotQueue } from "@purgeline/core";

/** Where slots' jobs stand. What BullMQ does with the job of a dead process is told by `processDied`. */
export interface JobList extends SlotQueue {
  /** The next one whose time has come, now active; null: there is none. */
  next(nowMs: number): Slot | null;
  /** When the next one's time comes; null: there is none. */
  nextAtMs(): number | null;
  ended(slot: Slot, end: SlotEnd, nowMs: number): void;
  /** `back`: as BullMQ brings a stalled job back; `lost`: with its Redis, every job is gone. */
  processDied(jobs: "back" | "lost", nowMs: number): void;
  clear(): void;
}

/** A dead process's lock lasts 15 s, and stalled jobs are looked for every 5 s (packages/queue). */
const STALLED_AFTER_MS = 20_000;

interface Job {
  readonly slot: Slot;
  /** null: it is being run. */
  readyAtMs: number | null;
}

/** Each account has queues of its own: ids are unique in them. */
const keyOf = ({ account, id }: Slot): string => `${account} ${id}`;

export function jobList(): JobList {
  const jobs = new Map<string, Job>();
  return {
    add: async (slots) => {
      for (const slot of slots) if (!jobs.has(keyOf(slot))) jobs.set(keyOf(slot), { slot, readyAtMs: 0 });
    },
    lost: async (slots) => slots.filter((slot) => !jobs.has(keyOf(slot))),
    next(nowMs) {
      for (const job of jobs.values()) {
        if (job.readyAtMs === null || job.readyAtMs > nowMs) continue;
        job.readyAtMs = null;
        return job.slot;
      }
      return null;
    },
    nextAtMs() {
      const times = [...jobs.values()].flatMap(({ readyAtMs }) => (readyAtMs === null ? [] : [readyAtMs]));
      return times.length === 0 ? null : Math.min(...times);
    },
    ended(slot, end, nowMs) {
      const job = jobs.get(keyOf(slot));
      if (end.kind !== "later") jobs.delete(keyOf(slot));
      else if (job !== undefined) job.readyAtMs = nowMs + end.delayMs;
    },
    processDied(fate, nowMs) {
      if (fate === "lost") jobs.clear();
      for (const job of jobs.values()) job.readyAtMs ??= nowMs + STALLED_AFTER_MS;
    },
    clear: () => jobs.clear(),
  };
}
