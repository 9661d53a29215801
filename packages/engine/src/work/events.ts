import type {
  CallName,
  Failure,
  Lane,
  LookupAnswer,
  Outcome,
  PollAnswer,
  QuotaAnswer,
  QuotaClass,
  Slot,
  TakenBatch,
  Transitions,
  Verdict,
} from "@purgeline/core";

/** One attempt, as it ended. */
export interface SentBatch {
  readonly batch: TakenBatch;
  readonly call: CallName;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly taskIds: readonly string[];
}

export interface AnsweredPoll {
  readonly account: string;
  readonly call: CallName;
  readonly tasks: number;
  readonly outcome: PollAnswer | LookupAnswer;
  readonly durationMs: number;
}

/** A batch whose answer was lost, and whose tasks the provider's list named. */
export interface AdoptedBatch {
  readonly account: string;
  readonly lane: Lane;
  /** The query that told. */
  readonly call: CallName;
  readonly batch: string;
  readonly attempt: number;
  readonly targets: number;
  readonly taskIds: readonly string[];
}

export interface AskedQuota {
  readonly account: string;
  readonly call: CallName;
  readonly answer: QuotaAnswer;
  readonly durationMs: number;
}

export interface RefusedProof {
  readonly account: string;
  readonly call: CallName;
  readonly failure: Failure;
  readonly durationMs: number;
}

/** What the work tells whoever counts and logs. */
export interface WorkEvents {
  sent(sent: SentBatch): void;
  /** A second sending of what may have been applied. */
  resent(batch: TakenBatch, cause: NonNullable<TakenBatch["resend"]>): void;
  /** A call whose answer was lost is not paid for again. */
  adopted(found: AdoptedBatch): void;
  /** A call was refused for its clock, nonce or token, and goes out once more with a fresh signature. */
  retried(call: RefusedProof): void;
  polled(poll: AnsweredPoll): void;
  /** A permit was too old when the bytes were ready, for the second time in a row, and was given back. */
  late(account: string, call: CallName, ageMs: number): void;
  /** Targets of the lane, if any, and of others. */
  moved(account: string, lane: Lane | null, transitions: Transitions): void;
  quotaAsked(asked: AskedQuota): void;
  quotaSpent(account: string, quota: QuotaClass): void;
  stopped(account: string, code: string, message: string): void;
  rescued(
    account: string,
    what: {
      readonly slots: number;
      readonly lost: number;
      readonly attempts: number;
      readonly intents: number;
    },
  ): void;
  /** Enough URLs waited in one directory: so many of them, to begin with, are purged with that. */
  rolledUp(account: string, lane: Lane, targets: number): void;
  /** Jobs could not be queued now; rescue queues them. */
  unqueued(slots: readonly Slot[], error: unknown): void;
  /** Work moved forward: the loop is alive. */
  turned(): void;
}
