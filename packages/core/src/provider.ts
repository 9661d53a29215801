import type { Listing, LookupAnswer } from "./lookup.ts";
import type { Problem } from "./problem.ts";
import type { ProviderTable } from "./provider-table.ts";
import type { CallName, JsonObject, Lane, QuotaClass } from "./words.ts";

export type Credentials =
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      readonly securityToken: string | null;
    }
  | { readonly kind: "token"; readonly token: string }
  | {
      readonly kind: "iam";
      /** Origin of the identity service. */
      readonly endpoint: string;
      readonly domain: string;
      readonly user: string;
      readonly password: string;
    }
  | {
      readonly kind: "iam";
      readonly endpoint: string;
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
    };

/** What the configuration says about one account and its provider needs to know. */
export interface AccountSettings {
  readonly name: string;
  readonly provider: string;
  /** Origin (scheme, host, port) instead of the provider's own; null: the provider's. */
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly projectId: string | null;
  /** What only this provider needs, under its own names (`ownSettings`); no secrets. */
  readonly own: Readonly<Record<string, string>>;
  /** The secret that its callbacks are signed with; null: none are taken. */
  readonly callbackKey: string | null;
  /** One of the provider's `signatures`; null: its first. */
  readonly signature: string | null;
  readonly credentials: Credentials;
}

/** The provider's own parameters of a call; equal ones share a batch, others never do. */
export type CallOptions = JsonObject;

/** What one call is about. Never empty, by type. */
export interface BatchContent {
  readonly lane: Lane;
  readonly items: readonly [string, ...string[]];
  readonly options: CallOptions;
}

/** Everything that a request depends on beside its content. */
export interface CallContext {
  readonly settings: AccountSettings;
  /** Wall clock, epoch ms: for the signature's date. */
  readonly nowMs: number;
  /** 32 hex characters, fresh for every request. */
  readonly nonce: string;
  /** The session token of a `login`, where the account's credentials need one. */
  readonly token: string | null;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Absolute. */
  readonly url: string;
  /** Lower-case names; without `content-length`, which the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface HttpReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One of the provider's asynchronous jobs, and how to ask for it next. Stored as JSON. */
export interface Task {
  readonly call: CallName;
  /** The provider's id, as it gave it. */
  readonly id: string;
  /** What the next query needs beside the id (a page, a media id): the codec's own. */
  readonly state?: JsonObject;
}

/** One item's end, by the provider's word. */
export interface Rejection {
  readonly item: string;
  readonly code: string;
  readonly message: string;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** What the provider says about one class of its quota. */
export interface QuotaFigure {
  readonly class: QuotaClass;
  /** Units of a day; null: not told. */
  readonly limit: number | null;
  /** Units left today; null: not told. */
  readonly remaining: number | null;
  /** Targets in one call of the lanes that spend this class; null: not told. */
  readonly batch: number | null;
}

export type QuotaAnswer =
  | { readonly kind: "figures"; readonly figures: readonly QuotaFigure[]; readonly requestId: string | null }
  | Failure;

/** What the provider said, by class and not by HTTP status. */
export type Failure =
  /** Nothing applied; the whole call slows down, or only the batch's domains. */
  | (Refusal & {
      readonly kind: "throttled";
      readonly scope: "call" | "domains";
      readonly retryAfterMs: number | null;
    })
  /** Nothing applied; the class is spent until its reset. `doubtful`: the code may mean a full queue instead. */
  | (Refusal & { readonly kind: "quota"; readonly class: QuotaClass | null; readonly doubtful: boolean })
  /** The provider says that nothing was applied; later may work. */
  | (Refusal & { readonly kind: "transient" })
  /** May have been applied. Unknown codes and bodies are this. */
  | (Refusal & { readonly kind: "ambiguous" })
  /** Nothing applied because of some item, or of the batch's size: the provider will not say which. */
  | (Refusal & { readonly kind: "poisoned" })
  /** The credential or the account is refused. `resign`: clock, nonce or token: a fresh signature may do. */
  | (Refusal & { readonly kind: "auth"; readonly resign: boolean })
  /** Permanent for every item. */
  | (Refusal & { readonly kind: "refused" });

export type Outcome =
  /** Finished at once; some items may be refused. */
  | { readonly kind: "done"; readonly rejected: readonly Rejection[]; readonly requestId: string | null }
  /** Finishes later: poll these. `tasks` may be empty only when every item is rejected. */
  | {
      readonly kind: "accepted";
      readonly tasks: readonly Task[];
      readonly rejected: readonly Rejection[];
      readonly requestId: string | null;
    }
  | Failure;

/** One line of a task's answer that will not change any more. */
export interface Row {
  /** As the provider spells it; null: every item of the batch that no other row of this answer names. */
  readonly item: string | null;
  readonly end: "confirmed" | "failed";
  /** The provider's words on a failure. */
  readonly code: string | null;
  readonly message: string | null;
}

/** What one query told about one task. */
export interface Progress {
  /** Only rows that are final. */
  readonly rows: readonly Row[];
  /** What is still to be asked: the same task, its next page, its parts; empty: the task has told all. */
  readonly next: readonly Task[];
}

export type PollAnswer =
  /** One `Progress` for each task asked, in the order asked. */
  | { readonly kind: "progress"; readonly tasks: readonly Progress[]; readonly requestId: string | null }
  | Failure;

/** The neutral and the provider's own options of an intent, before they are checked. */
export interface IntentOptions {
  readonly strength: "hard" | "soft" | null;
  readonly area: string | null;
  /** The block under the provider's name; null: none. */
  readonly own: JsonObject | null;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A request that the provider made to us. */
export interface Callback {
  /** As the provider was told it. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Wall clock, epoch ms: callbacks that are too old are refused. */
  readonly nowMs: number;
}

export type CallbackVerdict =
  | { readonly ok: true; readonly taskIds: readonly string[] }
  /** `forged`: its signature is wrong, missing or too old. */
  | { readonly ok: false; readonly why: "forged" | "unreadable"; readonly detail: string };

/**
 * One CDN provider, as data and pure functions. Nothing here does I/O, reads a
 * clock or retries: the engine owns sockets, time, quotas and durability.
 */
export interface Provider {
  /** Stable for ever: it is part of configuration files and stored work. */
  readonly name: string;

  /** The words that `signature:` may have, the default first; empty: there is no choice. */
  readonly signatures: readonly string[];

  /** Names that an account's `settings` may have; absent: none. */
  readonly ownSettings?: readonly string[];

  /** What this provider needs of an account (region, project, own settings, kind of credentials). Paths are relative to the account. */
  check(settings: AccountSettings): readonly Problem[];

  /** Limits and capabilities; may differ by signature (another API) or region. */
  table(settings: AccountSettings): ProviderTable;

  /** The call's parameters for an intent's options on one lane, or what is wrong with them. Paths are relative to `options`. */
  options(lane: Lane, given: IntentOptions, settings: AccountSettings): Checked<CallOptions>;

  /** Why this target cannot be sent on this lane, beyond what core checks; null: it can. */
  whyNot?(lane: Lane, target: string, settings: AccountSettings): string | null;

  /** Same batch and context ⇒ same bytes. */
  encode(batch: BatchContent, call: CallContext): HttpRequest;

  /**
   * Total: every reply that a server could send maps to an outcome; never throws. `beganAtMs`: when the call began, by
   * the provider's clock, at least; null or absent: nobody knows.
   */
  decode(reply: HttpReply, batch: BatchContent, beganAtMs?: number | null): Outcome;

  readonly poll: {
    /** How many tasks one query of this call takes. */
    max(call: CallName): number;
    /** All tasks name the same call. */
    encode(tasks: readonly [Task, ...Task[]], call: CallContext): HttpRequest;
    /** Total, like `decode`. An unknown word, an empty list, a vanished task is not an end: ask again. */
    decode(reply: HttpReply, tasks: readonly [Task, ...Task[]]): PollAnswer;
    /** For each item its row, by what the row names, never by position; null: no row is about it. */
    match(items: readonly string[], rows: readonly Row[]): readonly (Row | null)[];
  };

  /** Where the provider lists tasks by time (`lookup` of its lanes): what became of calls whose answers were lost. */
  readonly lookup?: {
    encode(listing: Listing, call: CallContext): HttpRequest;
    /** Total, like `decode`. Rows of other lanes, or that do not say when they were made, are left out. */
    decode(reply: HttpReply, listing: Listing): LookupAnswer;
  };

  /** Where the provider tells its own quota and batch sizes. */
  readonly quota?: {
    /** The calls that tell it, each asked once a round; empty: this account's API has none. */
    calls(settings: AccountSettings): readonly CallName[];
    encode(call: CallName, context: CallContext): HttpRequest;
    /** Total, like `decode`. Classes that the table does not have are left out. */
    decode(call: CallName, reply: HttpReply): QuotaAnswer;
  };

  /** Where the provider calls back: which tasks are worth asking about now. Never an end. */
  readonly hint?: {
    /** Total. `taskIds` as `decode` named them. */
    decode(callback: Callback, settings: AccountSettings): CallbackVerdict;
  };

  /** Where credentials of kind `iam` are turned into a session token. */
  readonly login?: {
    encode(settings: AccountSettings): HttpRequest;
    decode(reply: HttpReply): { readonly token: string; readonly expiresAtMs: number } | Failure;
  };
}

/** All providers by name: one line each. */
export type ProviderCatalog = ReadonlyMap<string, Provider>;
