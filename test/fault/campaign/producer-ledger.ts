/** What a producer knows, in the order in which it learned it. Instants are this machine's wall clock, epoch ms. */
export type ProducerEntry =
  /** Written before the first byte of the request leaves. */
  | { readonly entry: "began"; readonly ask: number; readonly urls: readonly string[]; readonly atMs: number }
  /** A 202 was read. */
  | {
      readonly entry: "accepted";
      readonly ask: number;
      readonly id: string;
      /** The prefetch that follows, where it was asked for. */
      readonly followerId?: string;
      readonly atMs: number;
    }
  /** Nobody said yes, and at least one answer was missing: it may exist. */
  | { readonly entry: "maybe"; readonly ask: number; readonly atMs: number }
  /** Every answer said that nothing was enqueued. */
  | { readonly entry: "refused"; readonly ask: number; readonly atMs: number }
  | { readonly entry: "ended"; readonly id: string; readonly state: string; readonly atMs: number }
  /** The service does not know an intent that it had accepted. */
  | { readonly entry: "unknown"; readonly id: string; readonly atMs: number };

/** One call as the provider's own log has it. */
export interface ProviderCall {
  readonly receivedAt: string;
  readonly receivedMonotonicMs: number;
  /** How long it may have waited unread before, at most. */
  readonly waitedMs: number;
  readonly account: string | null;
  readonly call: string | null;
  /** Null: no answer was sent. */
  readonly status: number | null;
  readonly accepted: readonly string[];
}

/** Something was broken on purpose. */
export interface Strike {
  readonly fault: string;
  readonly side: "service" | "provider";
  readonly atMs: number;
}
