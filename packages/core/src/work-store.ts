import type { IntentHead } from "./intent.ts";
import type { EndState, State } from "./lifecycle.ts";
import type { Limits } from "./limits.ts";
import type { DueLookup, ListedAnswer, LookedUp } from "./lookup.ts";
import type { CallOptions, QuotaFigure, Task } from "./provider.ts";
import type { Slot } from "./store-views.ts";
import type { Take, TakenBatch } from "./take.ts";
import type { CallName, Json, Lane, Op, QuotaClass } from "./words.ts";

/** What moved beside the lane's own targets. */
export type Moved = Pick<Transitions, "elsewhere" | "legs">;

/** Counted transitions, for metrics. */
export interface Transitions {
  readonly targets: Readonly<Partial<Record<State, number>>>;
  /** Of any lane: prefetches that failed because a purge that they waited for did, what was absorbed, what a producer changed. */
  readonly elsewhere: Readonly<Partial<Record<Lane, Readonly<Partial<Record<State, number>>>>>>;
  readonly legs: readonly LegMilestone[];
}

/** A leg, all of whose targets have been submitted, or are confirmed, or have ended otherwise. */
export interface LegMilestone {
  readonly intentId: string;
  readonly op: Op;
  readonly stage: "submitted" | "confirmed" | "ended";
  readonly sinceAcceptedMs: number;
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
  /** The call, for everybody: the provider says slow down (less is sent afterwards, too), has no room now, or is away. */
  | { readonly scope: "call"; readonly why: "throttled" | "rate" | "provider"; readonly ms: number }
  /** The batch's domains, in every lane of the call; the call where the batch has none. */
  | { readonly scope: "domains"; readonly ms: number }
  | { readonly scope: "quota"; readonly spent: readonly SpentQuota[] }
  | { readonly scope: "account"; readonly reason: string; readonly probeInMs: number };

/** A class that has no room for the batch. */
export interface SpentQuota {
  readonly class: QuotaClass;
  /** Units that the provider says are left, for smaller batches; null: the day is over. */
  readonly remaining: number | null;
}

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
  /** Nobody has claimed it before. */
  readonly isFirst: boolean;
}

export type ClaimedPolls =
  /** Attempts of one lane and option set, near each other in time: one listing tells about all. */
  | {
      readonly kind: "lookups";
      readonly lane: Lane;
      readonly options: CallOptions;
      readonly lookups: readonly [DueLookup, ...DueLookup[]];
      /** The provider's clock against the store's, at least; null: it was never heard of. */
      readonly skewMs: number | null;
      readonly slots: readonly Slot[];
      readonly grantedAtMs: number;
    }
  | {
      readonly kind: "tasks";
      readonly tasks: readonly DueTask[];
      readonly slots: readonly Slot[];
      readonly grantedAtMs: number;
    }
  | { readonly kind: "wait"; readonly waitMs: number; readonly running: number }
  | { readonly kind: "end" };

/** A permit that is this old when the first byte would leave is not used: the gate's margin counts on it. */
export const PERMIT_AGE_MS = 10;

/** What a permit is for. */
export interface PermitUse {
  /** How old it may get before the first byte, ms; above `PERMIT_AGE_MS` the gate keeps more distance. */
  readonly ageMs: number;
  /** The attempt that it is for; null: a query. */
  readonly attempt: Pick<TakenBatch, "id" | "attempt"> | null;
}

/** What the workers' verbs need of the store. */
export interface WorkStore {
  /** `ageMs`: as in `PermitUse`; `earlyMs`: the permit may begin so much later, since as long passes until the bytes are ready. */
  take(slot: Slot, ageMs?: number, earlyMs?: number): Promise<Take>;
  /**
   * The call of this grant left at another time than the gate has booked: later than its permit's age allowed, since
   * the process was held up between the look at its clock and the first byte, or much sooner.
   */
  rebook(account: string, call: CallName, grantedAtMs: number, leftAtMs: number): Promise<void>;
  /**
   * Another permit, where the first went stale before the bytes left: `unusedMs` is its grant, and is
   * given back. `waitMs` 0: granted, at `grantedAtMs` of the store's clock, unless `stopped`: the
   * credential was refused to another call meanwhile, or `superseded`: another attempt has taken over
   * the batch. An attempt that is on record stays so while it asks.
   */
  permit(
    account: string,
    call: CallName,
    unusedMs: number | null,
    use?: PermitUse,
  ): Promise<{
    readonly waitMs: number;
    readonly grantedAtMs: number;
    readonly stopped: boolean;
    readonly superseded: boolean;
  }>;
  record(slot: Slot, batch: TakenBatch, verdict: Verdict, seen: Seen): Promise<Recorded>;

  claimPolls(slot: Slot, max: number, ageMs?: number): Promise<ClaimedPolls>;
  /** Items of a batch in order; null: the batch has ended. */
  items(account: string, batchId: string): Promise<readonly string[] | null>;
  /**
   * Ends items and replaces a task by what is still to be asked, atomically.
   * No `next` anywhere and items left over: they end as `rest` says; without it everything is asked again.
   */
  settle(account: string, answer: TaskAnswer): Promise<Recorded>;
  /**
   * What the provider's list tells of an attempt, atomically: the batch goes on with the tasks that it names, items
   * that it does not name are looked for once more or sent again. Nothing is written where the attempt is looked up
   * no more.
   */
  settleLookup(account: string, answer: ListedAnswer): Promise<LookedUp>;
  /** Puts questions off: the call is throttled or the provider away. */
  putOff(
    account: string,
    tasks: readonly Pick<DueTask, "ref">[],
    inMs: number,
    hold: Hold | null,
    seen: Seen,
  ): Promise<void>;

  /** Leave for one round of questions about the account's quota: one process at a time gets it. */
  claimQuota(account: string, round: QuotaRound): Promise<ClaimedQuota>;
  /**
   * Writes what one call told into the day's ledger, downward only, or that it told nothing. The slots:
   * lanes that waited for quota and have room now.
   */
  settleQuota(account: string, answer: ToldQuota): Promise<readonly Slot[]>;

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

export interface QuotaRound {
  /** What will be asked, the first one first. */
  readonly calls: readonly CallName[];
  /** How long the last answer is good for. While a lane waits for quota, a minute at most. */
  readonly everyMs: number;
  /** A process that dies in its round lets others in after this long. */
  readonly leaseMs: number;
  /** At once: a process has started, or a call was refused. */
  readonly atOnce: boolean;
}

export type ClaimedQuota =
  | { readonly kind: "ask" }
  /** `told`: what the provider said in the last seconds, where it said something. */
  | { readonly kind: "wait"; readonly waitMs: number; readonly told: readonly QuotaFigure[] };

export interface ToldQuota {
  /** Empty: the call failed. */
  readonly figures: readonly QuotaFigure[];
  readonly hold: Hold | null;
  readonly seen: Seen;
  /** The round ends with it. */
  readonly isLast: boolean;
}

/** What a reply told beside its outcome. */
export interface Seen {
  readonly call: CallName;
  /** The provider's `Date` header, epoch ms; null: no reply. */
  readonly providerDateMs: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** When the call was granted, by the store's clock; absent: none was, or nobody knows. */
  readonly grantedAtMs?: number;
}

export interface TaskAnswer {
  readonly task: DueTask;
  /** Items of the batch; 0 where nothing has ended. */
  readonly size: number;
  readonly ended: readonly Rejected[];
  readonly next: readonly { readonly task: Task /** Until it is asked. */; readonly inMs: number }[];
  /** How items end that no task can tell about any more; null: what is left over may still be told. */
  readonly rest: { readonly end: EndState; readonly code: string; readonly message: string } | null;
  /** Until everything is asked again from its start, where all was told and some item was not named; default a minute. */
  readonly againMs?: number;
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
  readonly transitions: Transitions;
}
