import type { Slot } from "@purgeline/core";
import type { JobsOptions } from "bullmq";

/** What a slot's job carries: nothing but its name; content is in the store. */
export interface SlotJob {
  readonly slot: Slot;
}

/**
 * Ends are ours to keep, so jobs only stay for people to look at: the last thousand of each
 * account, done for an hour, failed for a week.
 */
export const SLOT_JOB_OPTIONS: JobsOptions = {
  removeOnComplete: { age: 3600, count: 1000 },
  removeOnFail: { age: 7 * 86_400, count: 1000 },
};

/** `ali purge-url`: what a job is called before it knows what it will send. */
export function jobName(slot: Slot): string {
  return `${slot.account} ${slot.kind.for === "submit" ? slot.kind.lane : slot.kind.call}`;
}
