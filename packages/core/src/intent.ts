import type { CallOptions } from "./provider.ts";
import type { Json, Lane, Op, Priority } from "./words.ts";

/** Who asks. `name` is the producer: the unit of fairness, and `createdBy` in receipts. */
export interface Caller {
  readonly name: string;
}

/** What every leg of an intent knows about it. */
export interface IntentHead {
  readonly id: string;
  readonly op: Op;
  readonly priority: Priority;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdBy: string;
  /** Every account that has a leg, sorted. */
  readonly accounts: readonly string[];
  /** Distinct hosts of its targets, or null when there are more than 50: decides which tokens may read it. */
  readonly hosts: readonly string[] | null;
  readonly notBeforeMs: number | null;
  /** The intent that prefetches what this one has purged; absent: none. */
  readonly thenIntent?: string;
  /** The intent whose `then` this is; absent: none. */
  readonly afterIntent?: string;
}

export interface PlannedTarget {
  /** As the caller spelled it: this is what goes on the wire. */
  readonly text: string;
  /** Canonical key: decides what is a duplicate. Unique within its lane of the leg. */
  readonly key: string;
  /** Canonical host; "" for media. */
  readonly domain: string;
}

export interface PlannedLane {
  readonly lane: Lane;
  readonly options: CallOptions;
  /** Ordered by domain, so that a chunk has few runs; never empty. */
  readonly targets: readonly PlannedTarget[];
}

/** An intent's part for one account. */
export interface LegPlan {
  readonly account: string;
  readonly lanes: readonly PlannedLane[];
  /** How many given targets repeated an earlier one of the same intent. */
  readonly duplicates: number;
}

/** An admitted intent: checked, canonicalised, routed; not yet stored. */
export interface IntentPlan {
  readonly head: IntentHead;
  /** Never empty. */
  readonly legs: readonly LegPlan[];
  /** The body as it came: what rescue needs to finish a staging that a crash cut off. */
  readonly body: Json;
}
