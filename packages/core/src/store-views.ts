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
  /** Of these, what waits for another day, by producer; absent: none does. */
  readonly parked?: Readonly<Record<string, number>>;
  readonly oldestUnconfirmedAgeMs: Readonly<Record<Priority, number | null>>;
  readonly inFlightBatches: number;
  /** Accepted batches whose tasks are being polled. */
  readonly runningBatches: number;
  readonly waiting: Waiting | null;
  /** Targets in one call, as configured or told. */
  readonly batch: number;
  /** What the provider told of that, the least where it tells several; null: nothing. */
  readonly toldBatch: number | null;
}

export interface QuotaShare {
  readonly producer: string;
  readonly limit: number;
  readonly used: number;
}

export interface QuotaState {
  readonly class: QuotaClass;
  /** In force: the configured one or the told one, whichever is less. */
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  /** What others spend of the same day, by the provider's figures. */
  readonly usedElsewhere: number;
  /** The provider's own words; null: it was not asked, or did not say. */
  readonly told: {
    readonly limit: number | null;
    /** As it was then. */
    readonly remaining: number | null;
    readonly atMs: number;
  } | null;
  /** Of the producers that have a share; absent: none has. */
  readonly shares?: readonly QuotaShare[];
  readonly resetsAtMs: number;
  /** When it was, or at this speed will be, spent; null: not before the reset. */
  readonly exhaustedAtMs: number | null;
}

/** What is left for new work. */
export function remainingOf(
  quota: Pick<QuotaState, "limit" | "used" | "reserved" | "usedElsewhere">,
): number {
  return Math.max(0, quota.limit - quota.used - quota.reserved - quota.usedElsewhere);
}

export interface CallState {
  readonly call: CallName;
  readonly perSecond: number | null;
  readonly perMinute: number | null;
  /** What is sent of that: less for a while after the provider throttled. */
  readonly perSecondInForce: number | null;
  readonly perMinuteInForce: number | null;
  readonly usedLastSecond: number;
  readonly usedLastMinute: number;
  /** Throttled, or in an outage; absent: it is not held. */
  readonly heldUntilMs?: number;
  /** Of its limits, in thousandths, and from when on that grows; absent: the whole. */
  readonly slowed?: { readonly share: number; readonly fromMs: number };
}

export interface AccountState {
  readonly account: string;
  /** It has unfinished work, and this program's configuration does not name it; what it was then. */
  readonly orphan: { readonly provider: string } | null;
  readonly paused: boolean;
  readonly stopped: { readonly reason: string; readonly sinceMs: number; readonly probeAtMs: number } | null;
  readonly lanes: readonly LaneState[];
  readonly calls: readonly CallState[];
  readonly quotas: readonly QuotaState[];
  /** How far the provider's clock, by which `resetsAtMs` is told, is ahead of ours; absent: not at all. */
  readonly providerAheadMs?: number;
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
  /** The target that absorbed it. */
  readonly via: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
