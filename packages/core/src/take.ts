import type { CallOptions } from "./provider.ts";
import type { Slot, Waiting } from "./store-views.ts";
import type { Lane } from "./words.ts";
import type { Moved } from "./work-store.ts";

/** A sealed batch that may be sent now: its permit is 10 ms old at most when the bytes leave. */
export interface TakenBatch {
  readonly id: string;
  readonly account: string;
  readonly lane: Lane;
  readonly options: CallOptions;
  readonly items: readonly [string, ...string[]];
  /** 1 for the first sending; also the fence: a record with another number is refused. */
  readonly attempt: number;
  /** Why it is sent again, where the last sending's outcome is unknown. */
  readonly resend: "crash" | "ambiguous" | null;
  /** When its content was fixed, by Redis's clock: what was staged later is not in it. */
  readonly sealedAtMs: number;
  /** Its permit: when it was granted, by the store's clock. */
  readonly grantedAtMs: number;
  /** Its permit began not before so long after it was asked for: its age counts from then. */
  readonly leadMs: number;
  /** The first byte may leave so long after this answer came. */
  readonly holdMs: number;
  /** Since the seal; 0 on the first sending. */
  readonly ageMs: number;
  /** How long the oldest of it waited for a permit since it was ready. */
  readonly waitedMs: number;
}

export type Take =
  | {
      readonly kind: "batch";
      readonly batch: TakenBatch;
      /** Targets, of all intents interested, that this take sealed; 0 for a batch that is sent again. */
      readonly sealed: number;
      readonly moved: Moved;
      readonly slots: readonly Slot[];
      readonly pending: number;
    }
  | {
      readonly kind: "wait";
      readonly waitMs: number;
      readonly why: Waiting;
      readonly pending: number;
      /** When the oldest unconfirmed target of the lane was staged, epoch ms. */
      readonly oldestAtMs: number;
      readonly moved: Moved;
      readonly slots: readonly Slot[];
    }
  /** Enough URLs seemed to wait in one directory to purge that; the slot asks again. */
  | {
      readonly kind: "rolled";
      /** How many that purge has taken in; the others find it. 0: there were too few, or something is in the way. */
      readonly absorbed: number;
      readonly moved: Moved;
      readonly slots: readonly Slot[];
    }
  /** Nothing to do for this slot any more. */
  | { readonly kind: "end"; readonly moved: Moved; readonly slots: readonly Slot[] };
