import type { IntentHead } from "./intent.ts";
import type { State, StateCounts } from "./lifecycle.ts";
import type { CallName, Lane, Priority, QuotaClass, WaitReason } from "./words.ts";

/** The store cannot be reached or will not write. `maybeApplied`: the command may have been carried out. */
export class StoreUnavailable extends Error {
  override readonly name: string = "StoreUnavailable";
  readonly maybeApplied: boolean;
  constructor(message: string, options: { readonly maybeApplied: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.maybeApplied = options.maybeApplied;
  }
}

/** What a slot is for: submits of a lane, or one kind of query. */
export type SlotKind =
  | { readonly for: "submit"; readonly lane: Lane }
  | { readonly for: "poll"; readonly call: CallName };

/** The right to one call's worth of work; carried by one BullMQ job. Lost ones are minted again by rescue. */
export interface Slot {
  readonly id: string;
  readonly account: string;
  readonly kind: SlotKind;
}

/** Why a lane waits, and until when (null: until someone acts). */
export interface Waiting {
  readonly reason: WaitReason;
  readonly untilMs: number | null;
}

export interface LaneState {
  readonly lane: Lane;
  /** Distinct keys that wait to be sealed. */
  readonly pending: number;
  readonly oldestUnconfirmedAgeMs: Readonly<Record<Priority, number | null>>;
  readonly inFlightBatches: number;
  /** Accepted batches whose tasks are being polled. */
  readonly runningBatches: number;
  readonly waiting: Waiting | null;
}

export interface QuotaState {
  readonly class: QuotaClass;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly resetsAtMs: number;
  /** When it was, or at this speed will be, spent; null: not before the reset. */
  readonly exhaustedAtMs: number | null;
}

export interface CallState {
  readonly call: CallName;
  readonly perSecond: number | null;
  readonly perMinute: number | null;
  readonly usedLastSecond: number;
  readonly usedLastMinute: number;
}

export interface AccountState {
  readonly account: string;
  readonly paused: boolean;
  readonly stopped: { readonly reason: string; readonly sinceMs: number; readonly probeAtMs: number } | null;
  readonly lanes: readonly LaneState[];
  readonly calls: readonly CallState[];
  readonly quotas: readonly QuotaState[];
  /** How late the most overdue poll is. */
  readonly pollLagMs: number;
  readonly lastError: {
    readonly call: CallName;
    readonly code: string;
    readonly message: string;
    readonly atMs: number;
  } | null;
}

export interface TargetFailure {
  readonly target: string;
  readonly account: string;
  readonly code: string;
  readonly message: string;
}

/** One leg as it stands. */
export interface LegView {
  readonly account: string;
  readonly head: IntentHead;
  readonly counts: StateCounts;
  readonly duplicates: number;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
  readonly lives: number;
  readonly waiting: readonly { readonly lane: Lane; readonly targets: number; readonly why: Waiting }[];
  /** At most 100. */
  readonly failures: readonly TargetFailure[];
}

export interface TargetView {
  readonly target: string;
  readonly account: string;
  readonly lane: Lane;
  readonly state: State;
  /** `bat_…` once sealed. */
  readonly batch: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
