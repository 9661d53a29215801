import type { Problem } from "./problem.ts";
import type { CallName, JsonObject, Lane, QuotaClass } from "./words.ts";

/** One default limit, with where the number was read and when. */
export interface Sourced {
  readonly value: number;
  /** Page, package or document that states it. */
  readonly source: string;
  /** Day on which it was read, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** How long a batch's body gets: `fixed` + for each item its encoded length + `perItem` bytes. */
export interface BodyWeight {
  readonly encoding: "form" | "json" | "raw";
  readonly fixed: number;
  readonly perItem: number;
}

/** What one lane may put into one call. */
export interface LaneSpec {
  readonly call: CallName;
  /** The class that its targets spend; null: the provider counts nothing. */
  readonly quota: QuotaClass | null;
  /** Units of that class that one target costs. */
  readonly unitsPerTarget: number;
  readonly batch: Sourced;
  readonly bodyBytes: Sourced;
  readonly weight: BodyWeight;
  readonly urlChars: Sourced;
  /** Distinct hosts in one call; null: no limit. */
  readonly domains: Sourced | null;
  /** Targets a minute for one host; null: no limit. */
  readonly perDomainPerMinute: Sourced | null;
  /** Calls of this lane that may be under way at once, over all processes. */
  readonly inFlight: Sourced;
}

export interface CallSpec {
  readonly perSecond: Sourced | null;
  readonly perMinute: Sourced | null;
  /** After this long without an answer the outcome is unknown. */
  readonly timeoutMs: Sourced;
}

/** Everything that is a number about one provider. A lane that is absent is unsupported. */
export interface ProviderTable {
  readonly lanes: Readonly<Partial<Record<Lane, LaneSpec>>>;
  /** Submits, polls and the rest, by the provider's names. */
  readonly calls: Readonly<Record<CallName, CallSpec>>;
  readonly quotas: Readonly<Record<QuotaClass, Sourced>>;
  /** IANA zone of the provider's midnight. */
  readonly resetTimeZone: string;
  /** How long after the submit a task can be asked for; then its targets end `unconfirmed`. */
  readonly lookBackMs: Sourced;
  /** A query sooner than this after the submit, or the last query, is a wasted call. */
  readonly pollEveryMs: Sourced;
}

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
    };

/** What the configuration says about one account and its provider needs to know. */
export interface AccountSettings {
  readonly name: string;
  readonly provider: string;
  /** Origin (scheme, host, port) instead of the provider's own; null: the provider's. */
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly projectId: string | null;
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

/** What the provider said, by class and not by HTTP status. */
export type Failure =
  /** Nothing applied; the whole call slows down. */
  | (Refusal & { readonly kind: "throttled"; readonly retryAfterMs: number | null })
  /** Nothing applied; the class is spent until its reset. */
  | (Refusal & { readonly kind: "quota"; readonly class: QuotaClass | null })
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

/**
 * One CDN provider, as data and pure functions. Nothing here does I/O, reads a
 * clock or retries: the engine owns sockets, time, quotas and durability.
 */
export interface Provider {
  /** Stable for ever: it is part of configuration files and stored work. */
  readonly name: string;

  /** The words that `signature:` may have, the default first; empty: there is no choice. */
  readonly signatures: readonly string[];

  /** What this provider needs of an account (region, project, kind of credentials). Paths are relative to the account. */
  check(settings: AccountSettings): readonly Problem[];

  /** Limits and capabilities; may differ by signature (another API) or region. */
  table(settings: AccountSettings): ProviderTable;

  /** The call's parameters for an intent's options on one lane, or what is wrong with them. Paths are relative to `options`. */
  options(lane: Lane, given: IntentOptions, settings: AccountSettings): Checked<CallOptions>;

  /** Why this target cannot be sent on this lane, beyond what core checks; null: it can. */
  whyNot?(lane: Lane, target: string, settings: AccountSettings): string | null;

  /** Same batch and context ⇒ same bytes. */
  encode(batch: BatchContent, call: CallContext): HttpRequest;

  /** Total: every reply that a server could send maps to an outcome; never throws. */
  decode(reply: HttpReply, batch: BatchContent): Outcome;

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

  /** Where credentials of kind `iam` are turned into a session token. */
  readonly login?: {
    encode(settings: AccountSettings): HttpRequest;
    decode(reply: HttpReply): { readonly token: string; readonly expiresAtMs: number } | Failure;
  };
}

/** All providers by name: one line each. */
export type ProviderCatalog = ReadonlyMap<string, Provider>;
