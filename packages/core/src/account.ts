import type { LimitOverrides } from "./limits.ts";
import type { AccountSettings } from "./provider.ts";

/** How a host's cache key treats the query string: decides what is a duplicate. */
export type QueryRule = "ignore" | "keep" | { readonly only: readonly string[] };

export interface CacheKeyRule {
  /** A host or `*.` pattern. */
  readonly host: string;
  readonly query: QueryRule;
}

export interface Coalesce {
  /** A lane is sent when nothing came for this long … */
  readonly quietMs: number;
  /** … or its oldest target waits this long, or a batch is full. */
  readonly maxWaitMs: number;
}

/** One configured account, checked. */
export interface Account {
  readonly settings: AccountSettings;
  /** Hosts it serves: names, or `*.` + a name for one or more labels before it. */
  readonly hosts: readonly string[];
  readonly cacheKey: readonly CacheKeyRule[];
  readonly coalesce: Coalesce;
  readonly overrides: LimitOverrides;
  readonly giveUpAfterMs: number;
  /** How often the provider is asked for its own figures of the quota, where it can be. */
  readonly askQuotaEveryMs: number;
}
