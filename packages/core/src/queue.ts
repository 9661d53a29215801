import type { Slot } from "./store-views.ts";

/** How a job looks to people on the board. */
export interface Face {
  /** `ali purge-url · 1,000 targets · quota until 00:00 +08` */
  readonly name: string;
  readonly progress: string;
}

/** Wake-up, lock and face of calls; never the truth: losing all of it costs only latency. */
export interface SlotQueue {
  /** Adds one job for each slot; a slot that already has one is left alone. */
  add(slots: readonly Slot[]): Promise<void>;
  /** Which of these have no job any more. */
  lost(slots: readonly Slot[]): Promise<readonly Slot[]>;
}
