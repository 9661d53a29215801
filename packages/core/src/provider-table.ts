import type { CallName, Lane, QuotaClass } from "./words.ts";

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

/** Values of one of the call's parameters that spend other classes than the lane's `quota`; a value may spend several. */
export interface QuotaByOption {
  /** As in `CallOptions`. */
  readonly option: string;
  readonly classes: Readonly<Record<string, readonly QuotaClass[]>>;
}

/** The query that lists the tasks of a time, by which a lost answer is looked up. */
export interface LookupSpec {
  readonly call: CallName;
  /** Rows name no ids: two sendings of a key are told apart by their times alone, whatever their options. */
  readonly withoutIds?: true;
  /** Values of one of the submit's parameters whose tasks stand in another list. */
  readonly callByOption?: { readonly option: string; readonly calls: Readonly<Record<string, CallName>> };
}

/** How a parameter of the wider call compares with the narrower one's. One without a rule has to be equal. */
export type CoverRule =
  /** A comma list of what is meant; absent: everything. */
  | { readonly kind: "list" }
  /** More is wider. `words` turns texts into numbers; without the parameter `needs` it is 0. */
  | {
      readonly kind: "rank";
      readonly absent: number;
      readonly words?: Readonly<Record<string, number>>;
      readonly needs?: string;
    };

/** Work that does what a lane's targets ask for as well, so that they need not be sent. */
export interface Cover {
  readonly lane: Lane;
  /** A directory that the target lies in, or the same key. */
  readonly reach: "directory" | "key";
  /** By parameter of the call. */
  readonly options: Readonly<Record<string, CoverRule>>;
}

/** What one lane may put into one call. */
export interface LaneSpec {
  readonly call: CallName;
  /** The class that its targets spend; null: the provider counts nothing. */
  readonly quota: QuotaClass | null;
  /** Where a parameter of the call moves the spending elsewhere; null: nothing does. */
  readonly quotaByOption: QuotaByOption | null;
  /** Units of that class that one target costs. */
  readonly unitsPerTarget: number;
  readonly batch: Sourced;
  /** The call's body has room for no more: whatever the provider grants, an override cannot raise it. Absent: it can. */
  readonly batchIsFixed?: true;
  readonly bodyBytes: Sourced;
  readonly weight: BodyWeight;
  readonly urlChars: Sourced;
  /** Distinct hosts in one call; null: no limit. */
  readonly domains: Sourced | null;
  /** Targets a minute for one host; null: no limit. */
  readonly perDomainPerMinute: Sourced | null;
  /** Calls of this lane that may be under way at once, over all processes. */
  readonly inFlight: Sourced;
  /** A key is not sent again sooner than this after the answer to its last sending. */
  readonly resendAfterMs: Sourced;
  /** Absent: what became of a call whose answer was lost cannot be found out. */
  readonly lookup?: LookupSpec;
  /** Absent: nothing but itself. */
  readonly coveredBy?: readonly Cover[];
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
  /** The lists that `lookup` names show a call's tasks this long after it, at the latest; absent: no lane has one. */
  readonly listedAfterMs?: Sourced;
}
