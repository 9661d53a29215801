import type { IntentHead, LegPlan } from "./intent.ts";
import type { EndState, State, StateCounts } from "./lifecycle.ts";
import type { Limits } from "./limits.ts";
import type { CallOptions, Task } from "./provider.ts";
import type { CallName, Json, Lane, Priority, QuotaClass, WaitReason } from "./words.ts";

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

export type Staged =
  | {
      readonly kind: "staged";
      readonly createdAtMs: number;
      readonly slots: readonly Slot[];
      readonly merged: Readonly<Partial<Record<Lane, number>>>;
    }
  /** Nothing of this leg was stored. */
  | { readonly kind: "backlog"; readonly pending: number };

/** What producers' verbs need of the store. */
export interface IntakeStore {
  /**
   * Stores one leg and queues its targets, durably, in chunks that are each atomic and
   * idempotent by intent and chunk: repeating the whole call after any failure is safe.
   * `body` is kept until `staged` says that every leg of the intent is there.
   */
  stage(head: IntentHead, leg: LegPlan, body: Json | null): Promise<Staged>;
  /** Every leg is staged: the body kept with this account's leg is not needed any more. */
  staged(account: string, intentId: string): Promise<void>;

  /** The legs of an intent in all accounts that the store knows; none: unknown or past retention. */
  legs(intentId: string): Promise<readonly LegView[]>;
  targets(
    intentId: string,
    filter: { readonly state: State | null; readonly cursor: string | null; readonly limit: number },
  ): Promise<Page<TargetView>>;
  /** Ids by age, newest first, of intents that have a leg in one of `accounts`; `cursor` from the last page. */
  intentIds(filter: {
    readonly accounts: readonly string[];
    readonly sinceMs: number | null;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<string>>;

  /** Takes the intent's interest out of its unsealed targets; how many that were. */
  cancel(intentId: string): Promise<number>;
  /** Opens a new life for failed and unconfirmed targets; how many, and the slots to be queued. */
  retry(intentId: string): Promise<{ readonly targets: number; readonly slots: readonly Slot[] }>;

  accounts(): Promise<readonly AccountState[]>;
  pause(account: string): Promise<void>;
  /** Ends a pause and a stop; the slots to be queued. */
  resume(account: string): Promise<readonly Slot[]>;

  /** Resolves when the intent may have changed its end, or after `timeoutMs`. */
  changed(intentId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;

  idempotency: IdempotencyStore;
  /** Rejects with `StoreUnavailable` when Redis does not take writes now. */
  ping(): Promise<void>;
}

export type IdempotencyClaim =
  | {
      readonly kind: "mine" /** The id to use: an earlier, unfinished try's, if there was one. */;
      readonly intentId: string;
    }
  | { readonly kind: "replay"; readonly response: Json }
  | { readonly kind: "mismatch" }
  | { readonly kind: "running" };

export interface IdempotencyStore {
  claim(token: string, key: string, bodyDigest: string, intentId: string): Promise<IdempotencyClaim>;
  finish(token: string, key: string, bodyDigest: string, response: Json): Promise<void>;
  /** The request was refused: the key is free again. */
  release(token: string, key: string): Promise<void>;
}

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
  /** Age of the first sending; 0 on the first. */
  readonly ageMs: number;
  /** How long the oldest of it waited for a permit since it was ready. */
  readonly waitedMs: number;
}

export type Take =
  | {
      readonly kind: "batch";
      readonly batch: TakenBatch;
      readonly slots: readonly Slot[];
      readonly pending: number;
    }
  | {
      readonly kind: "wait";
      readonly waitMs: number;
      readonly why: Waiting;
      readonly pending: number;
      readonly oldestAgeMs: number;
    }
  /** Nothing to do for this slot any more. */
  | { readonly kind: "end" };

/** Counted transitions, for metrics. */
export interface Transitions {
  readonly targets: Readonly<Partial<Record<State, number>>>;
}

/** What an attempt came to, decided by the engine. */
export type Verdict =
  | {
      readonly do: "accept";
      readonly tasks: readonly Task[];
      readonly pollInMs: number;
      readonly rejected: readonly Rejected[];
    }
  | { readonly do: "finish"; readonly rejected: readonly Rejected[] }
  /** Every item ends so. */
  | {
      readonly do: "end";
      readonly end: EndState;
      readonly code: string;
      readonly message: string;
      readonly refund: boolean;
    }
  | {
      readonly do: "retry";
      readonly inMs: number;
      readonly resend: "ambiguous" | null;
      readonly hold: Hold | null;
    }
  | { readonly do: "split"; readonly code: string; readonly message: string };

/** What else stops with the batch. */
export type Hold =
  | { readonly scope: "call"; readonly ms: number }
  | { readonly scope: "quota"; readonly class: QuotaClass }
  | { readonly scope: "account"; readonly reason: string; readonly probeInMs: number };

export interface Rejected {
  /** Position in the batch's items. */
  readonly index: number;
  readonly end: EndState;
  readonly code: string;
  readonly message: string;
}

export interface Recorded {
  /** false: another attempt has taken over; nothing was written. */
  readonly applied: boolean;
  readonly slots: readonly Slot[];
  readonly transitions: Transitions;
}

export interface DueTask {
  /** Names the task in `progress`. */
  readonly ref: string;
  readonly batch: string;
  readonly task: Task;
  readonly lane: Lane;
  readonly acceptedAgeMs: number;
}

export type ClaimedPolls =
  | { readonly kind: "tasks"; readonly tasks: readonly [DueTask, ...DueTask[]] }
  | { readonly kind: "wait"; readonly waitMs: number; readonly running: number }
  | { readonly kind: "end" };

/** What the workers' verbs need of the store. */
export interface WorkStore {
  take(slot: Slot): Promise<Take>;
  /** A fresh permit for a batch whose first one went stale before the bytes left; how long to wait, 0: granted. */
  permit(batch: TakenBatch): Promise<number>;
  record(slot: Slot, batch: TakenBatch, verdict: Verdict, seen: Seen): Promise<Recorded>;

  claimPolls(slot: Slot, max: number): Promise<ClaimedPolls>;
  /** Items of a batch in order; null: the batch has ended. */
  items(account: string, batchId: string): Promise<readonly string[] | null>;
  /**
   * Ends items and replaces a task by what is still to be asked, atomically.
   * No `next` anywhere and items left over: they end `unconfirmed` with `rest`'s code.
   */
  settle(account: string, answer: TaskAnswer): Promise<Recorded>;
  /** Puts polls off: the call is throttled or the provider away. */
  putOff(
    account: string,
    tasks: readonly DueTask[],
    inMs: number,
    hold: Hold | null,
    seen: Seen,
  ): Promise<void>;

  /** Finds what crashes left behind: lapsed slots and attempts, unstaged legs, intents that are due. */
  sweep(account: string): Promise<Swept>;
  /** Slots whose job is alive keep their lease; the others are dropped and minted again where work waits. */
  renew(account: string, alive: readonly Slot[], lost: readonly Slot[]): Promise<readonly Slot[]>;
  /** Puts these limits in force unless newer ones are; `false`: others are in force. */
  publish(
    account: string,
    limits: Limits,
    revision: { readonly atMs: number; readonly digest: string },
  ): Promise<boolean>;
}

/** What a reply told beside its outcome. */
export interface Seen {
  readonly call: CallName;
  /** The provider's `Date` header, epoch ms; null: no reply. */
  readonly providerDateMs: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface TaskAnswer {
  readonly task: DueTask;
  readonly ended: readonly Rejected[];
  readonly next: readonly Task[];
  readonly pollInMs: number;
  /** How items end that no task can tell about any more; null: they cannot be left over yet. */
  readonly rest: { readonly end: EndState; readonly code: string; readonly message: string } | null;
  readonly seen: Seen;
}

export interface Swept {
  /** Slots to be queued (again). */
  readonly slots: readonly Slot[];
  /** Slots whose lease has run out: alive or lost, only the queue knows. */
  readonly lapsed: readonly Slot[];
  /** Intents whose staging was cut off or whose time has come: admit these bodies again. */
  readonly unstaged: readonly { readonly intentId: string; readonly head: IntentHead; readonly body: Json }[];
  /** Attempts that nobody will record any more. */
  readonly resent: number;
}
