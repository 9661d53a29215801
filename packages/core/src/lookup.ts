import type { CallOptions, Failure, Task } from "./provider.ts";
import type { JsonObject, Lane } from "./words.ts";
import type { Recorded, Seen } from "./work-store.ts";

/** The tasks that a look-up asks for: those of one lane and option set, made in this time by the provider's clock. */
export interface Listing {
  readonly lane: Lane;
  readonly options: CallOptions;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Which page: the codec's own; absent: the first. */
  readonly state?: JsonObject;
}

/** One item's task, as a list of tasks names it. */
export interface ListedRow {
  /** As the provider spells it. */
  readonly item: string;
  /** The provider's id of the task; several batches may share one. null: the list tells none. */
  readonly taskId: string | null;
  /** Whole seconds at all providers: it was made within the second that begins here. */
  readonly createdAtMs: number;
  /** How to ask for its end. */
  readonly task: Task;
}

export type LookupAnswer =
  | {
      readonly kind: "listed";
      readonly rows: readonly ListedRow[];
      /** The next page's `state`; null: that was the last. */
      readonly next: JsonObject | null;
      readonly requestId: string | null;
    }
  | Failure;

/** An attempt whose outcome nobody knows, and which the provider's list may tell. */
export interface DueLookup {
  /** Names the question in `putOff`. */
  readonly ref: string;
  readonly batch: string;
  readonly attempt: number;
  /** When the attempt began, and when its answer was missed: by the store's clock. */
  readonly sentAtMs: number;
  readonly missedAtMs: number;
  /** Since the seal. */
  readonly ageMs: number;
}

/** A row that may be an item's: it was not made before the attempt began. */
export interface Candidate {
  /** Position in the batch's items. */
  readonly index: number;
  readonly taskId: string | null;
  /** By the store's clock. */
  readonly createdAtMs: number;
  readonly task: Task;
}

export interface ListedAnswer {
  readonly lookup: DueLookup;
  readonly lane: Lane;
  /** The likelier ones of an item first. Those that a batch on record explains are passed over. */
  readonly candidates: readonly Candidate[];
  /** Whether the provider told at all; if not, the batch is sent again at once. */
  readonly told: boolean;
  /** Until the first query about the tasks. */
  readonly pollInMs: number;
  readonly seen: Seen;
}

export interface LookedUp extends Recorded {
  /** Items whose tasks were found; 0 also where they are looked for once more. */
  readonly adopted: number;
  /** The provider's ids of those tasks. */
  readonly taskIds: readonly string[];
}
