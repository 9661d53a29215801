import type { Slot } from "./store-views.ts";

/** Wake-up, lock and face of calls; never the truth: losing all of it costs only latency. */
export interface SlotQueue {
  /** Adds one job for each slot; a slot that already has one is left alone. */
  add(slots: readonly Slot[]): Promise<void>;
  /** Which of these, whose time is over, have no job any more; one that is put off beyond that is brought forward. */
  lost(slots: readonly Slot[]): Promise<readonly Slot[]>;
}

/** How people see a job on the board; query strings are cut. */
export interface Face {
  /** `ali purge-url · 1,000 targets` */
  readonly title: string;
  /** A few targets, or why it waits and until when. */
  readonly preview: readonly string[];
}

/** How a slot's job ends. */
export type SlotEnd =
  | { readonly kind: "done"; readonly summary: string }
  /** Stays among the failed jobs, with the provider's code. */
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "later"; readonly delayMs: number };
