import type { AccountSettings, CallName, Limits } from "@purgeline/core";
import type { DailyQuota } from "./daily-quota.ts";
import type { KeyedWindows } from "./sliding-window.ts";
import type { TaskStore } from "./tasks.ts";

/*
 * What a provider's simulator implements, and what the kernel gives it. The kernel
 * owns sockets, the virtual clock, rate windows, quotas, tasks, faults and the
 * ledger; a simulator reads the wire bytes, decides, and words the reply exactly
 * as its provider does. `startSimulators` is in start.ts.
 */

/** An account to be played: with its credentials, at its loopback endpoint, under its limits in force. */
export interface SimulatedAccount {
  readonly settings: AccountSettings;
  readonly limits: Limits;
}

/** A request exactly as it came over the wire: signatures are checked on these bytes. */
export interface WireRequest {
  readonly method: string;
  /** As on the request line, nothing decoded. */
  readonly path: string;
  /** As on the request line, without the `?`; "" when there is none. */
  readonly query: string;
  /** Lower-case names; a repeated header's values are joined with ", ". `host` is there with its port. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body after transfer decoding (chunked bodies come whole). */
  readonly body: Buffer;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One account at its provider: what the provider would keep about it. Its limits may change under way. */
export interface PlayedAccount extends SimulatedAccount {
  /** From now on these limits hold. */
  grant(limits: Limits): void;
  readonly quota: DailyQuota;
  readonly tasks: TaskStore;
  /** Weighted sliding windows under any key, for limits that are not about calls (URLs a minute for a domain). */
  readonly windows: KeyedWindows;
  /** What a `code` fault may name for it. */
  readonly codes: readonly string[];
}

/** Whose request this is and what it wants, read before anything is checked. */
export interface Recognised {
  /** The account whose key or token the request names; null: none of ours. */
  readonly account: PlayedAccount | null;
  /** The provider's name of the operation; null: none. */
  readonly call: CallName | null;
  /** What the call is about, as sent: URLs, ids; empty for queries. */
  readonly items: readonly string[];
}

export interface Visit extends Recognised {
  readonly request: WireRequest;
  /** The virtual wall clock, epoch ms. */
  readonly nowMs: number;
  /**
   * How far a request's own time is from now, by the virtual clock or the real one, whichever is
   * nearer: an advanced clock must not make every client's signature too old.
   */
  skewMs(sentMs: number): number;
  /** More arrivals of this call than its limits allow in the second or the minute that ends with this one. */
  readonly overRate: boolean;
  /** The first of these items that an injected `refuse-items` fault refuses; null: none. Ask once per call. */
  refusedItem(items: readonly string[]): string | null;
}

export interface Answer {
  readonly reply: WireReply;
  /** `ok`, or the provider's error code: what the ledger counts. */
  readonly outcome: string;
  /** The items that the provider took on with this call; the ledger's duplicates are counted over these. */
  readonly accepted: readonly string[];
  readonly taskIds: readonly string[];
}

/** One provider's API, on all its origins. May keep its own state (nonces seen, keys locked) in its closure. */
export interface Simulator {
  recognise(request: WireRequest, accounts: readonly PlayedAccount[]): Recognised;
  /**
   * The provider's answer, in the provider's own order of checks: usually signature,
   * `visit.overRate`, parameters, quota. Must not throw on any bytes.
   */
  answer(visit: Visit): Answer;
  /** The provider's "slow down", for an injected `throttle` fault. */
  throttled(visit: Visit): Answer;
  /** Every code that the account's API can refuse with, for injected `code` faults. */
  codes(settings: AccountSettings): readonly string[];
  /**
   * The refusal with this code, in the provider's own status and body; null: the API that is asked
   * has no such code. `message`: in place of the provider's words.
   */
  refusal(visit: Visit, code: string, message: string | null): Answer | null;
}

/** A simulator by the provider names that it plays; accounts of one kind may share an origin. */
export interface SimulatorKind {
  readonly providers: readonly string[];
  create(): Simulator;
}
