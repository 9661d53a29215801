import type { IntentHead, LegPlan } from "./intent.ts";
import type { State } from "./lifecycle.ts";
import type { AccountState, LegView, Page, Slot, TargetView } from "./store-views.ts";
import type { Json, Lane } from "./words.ts";

export type Staged =
  | {
      readonly kind: "staged";
      readonly createdAtMs: number;
      readonly slots: readonly Slot[];
      readonly merged: Readonly<Partial<Record<Lane, number>>>;
    }
  /** Nothing of this leg was stored. */
  | { readonly kind: "backlog"; readonly pending: number };

/** Of the server's memory, as far as it counts against its limit. */
export interface MemoryState {
  readonly usedBytes: number;
  /** Above it new work is refused, so that what was accepted can be drained; null: the server has no limit. */
  readonly limitBytes: number | null;
}

/** Cursors as `intentIds` and `targets` give them; whatever else a client sends is not one. */
export const INTENTS_CURSOR: RegExp = /^\d{1,15}:int_[A-Za-z0-9_-]{1,64}$/;
export const TARGETS_CURSOR: RegExp = /^[a-z][a-z0-9-]{0,30}:\d{1,9}$/;

/** How many targets a change was for, and the slots to be queued. */
export interface ChangedTargets {
  readonly targets: number;
  readonly slots: readonly Slot[];
}

/** What producers' verbs need of the store. */
export interface IntakeStore {
  /**
   * Stores one leg and queues its targets, durably, in chunks that are each atomic and
   * idempotent by intent and chunk: repeating the whole call after any failure is safe.
   * `body` is kept until `staged` says that every leg of the intent is there.
   */
  stage(head: IntentHead, leg: LegPlan, body: Json | null): Promise<Staged>;
  /** Whether Redis has memory for these and for draining them; none given: for anything new at all. */
  hasRoom(legs: readonly LegPlan[]): Promise<boolean>;
  memory(): Promise<MemoryState>;
  /** Every leg is staged: the body kept with this account's leg is not needed any more. */
  staged(account: string, intentId: string): Promise<void>;

  /** The legs of an intent in all accounts that the store knows; none: unknown or past retention. */
  legs(intentId: string): Promise<readonly LegView[]>;
  targets(
    intentId: string,
    filter: { readonly state: State | null; readonly cursor: string | null; readonly limit: number },
  ): Promise<Page<TargetView>>;
  /** Names of the accounts that are configured, and of those that have been: their intents can be read. */
  known(): Promise<readonly string[]>;
  /** Ids by age, newest first, of intents that have a leg in one of `accounts`; `cursor` from the last page. */
  intentIds(filter: {
    readonly accounts: readonly string[];
    readonly sinceMs: number | null;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<string>>;

  /** Takes the intent's interest out of its unsealed targets. */
  cancel(intentId: string): Promise<ChangedTargets>;
  /** Opens a new life for failed and unconfirmed targets. */
  retry(intentId: string): Promise<ChangedTargets>;

  /** Those that are configured, then orphans with unfinished work. */
  accounts(): Promise<readonly AccountState[]>;
  pause(account: string): Promise<void>;
  /** Ends a pause and a stop; the slots to be queued. */
  resume(account: string): Promise<readonly Slot[]>;

  /**
   * The provider says that these of its tasks are worth asking about: those that wait are due now, or a
   * poll's pace after they were last asked. How many that hurried, and the slots to be queued.
   */
  hint(
    account: string,
    taskIds: readonly string[],
  ): Promise<{ readonly tasks: number; readonly slots: readonly Slot[] }>;

  /** Resolves when the intent may have changed its end, or after `timeoutMs`. */
  changed(intentId: string, timeoutMs: number): Promise<void>;

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
