/** What a producer asks for. */
export type Op = "purge" | "prefetch";

/** Every lane name, the same at every provider; part of Redis keys, metrics and job names: stable for ever. */
export const LANES = [
  "purge-url",
  "purge-directory",
  "purge-pattern",
  "purge-ignore-params",
  "purge-media",
  "prefetch-url",
  "prefetch-media",
] as const satisfies readonly string[];

/** Account × kind of work. */
export type Lane = (typeof LANES)[number];

/** One provider operation by the provider's own name: the unit of rate limits. */
export type CallName = string;

/** What the provider counts per day. `"url@overseas"`: one area of a class. */
export type QuotaClass = string;

export type Priority = "normal" | "urgent";

/** What a token may do. */
export type Verb = "purge" | "prefetch" | "directory" | "urgent" | "read" | "admin";
export const VERBS: readonly Verb[] = ["purge", "prefetch", "directory", "urgent", "read", "admin"];

/** Why targets wait, in the words of the receipt. */
export type WaitReason =
  | "quiet"
  | "rate"
  | "quota"
  | "order"
  | "notBefore"
  | "paused"
  | "stopped"
  | "provider"
  | "orphaned";

/** The kinds of targets in an intent's body. */
export type TargetKind = "urls" | "directories" | "patterns" | "ignoreParams" | "media";
export const TARGET_KINDS: readonly TargetKind[] = [
  "urls",
  "directories",
  "patterns",
  "ignoreParams",
  "media",
];

const LANE_OF: Readonly<Record<Op, Readonly<Partial<Record<TargetKind, Lane>>>>> = {
  purge: {
    urls: "purge-url",
    directories: "purge-directory",
    patterns: "purge-pattern",
    ignoreParams: "purge-ignore-params",
    media: "purge-media",
  },
  prefetch: { urls: "prefetch-url", media: "prefetch-media" },
};

/** The lane of one kind of target, or null: directories, patterns and parameters cannot be prefetched. */
export function laneOf(op: Op, kind: TargetKind): Lane | null {
  return LANE_OF[op][kind] ?? null;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
