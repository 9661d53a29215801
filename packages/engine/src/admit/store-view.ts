import {
  type CacheKeyRule,
  type CallName,
  type Coalesce,
  type Json,
  type Lane,
  type Limits,
  laneOf,
  TARGET_KINDS,
  type TargetKind,
} from "@purgeline/core";
import { credentialMark } from "./credential-mark.ts";
import type { Intake } from "./intake-accounts.ts";
import { spellingOf } from "./target-spelling.ts";

/** What the store asks about an account: its numbers, and the key of a text that it holds. */
export interface StoredAccount {
  readonly name: string;
  readonly limits: Limits;
  readonly coalesce: Coalesce;
  /** The calls by which tasks are asked for. */
  readonly polls: readonly CallName[];
  /** Fingerprint of what its calls are signed with. */
  readonly credential: string;
  /** For `adoptAccount`; no secrets. */
  readonly description: Json;
  keyOf(lane: Lane, text: string): { readonly key: string; readonly domain: string };
}

/** The accounts as every role that opens a store must describe them, or keys would not meet. */
export function storedAccounts(intake: Intake): readonly StoredAccount[] {
  return intake.accounts.map((one) => ({
    name: one.name,
    limits: one.limits,
    coalesce: one.account.coalesce,
    polls: pollsOf(one.limits),
    credential: credentialMark(one.account.settings),
    description: describe({
      provider: one.provider.name,
      cacheKey: one.account.cacheKey,
      limits: one.limits,
    }),
    keyOf: (lane, text) => keyOf(one.account.cacheKey, lane, text),
  }));
}

/** What it takes to show an account's work and to cancel it, when no configuration names it any more. */
interface Description {
  readonly provider: string;
  readonly cacheKey: readonly CacheKeyRule[];
  readonly limits: Limits;
}

function describe(description: Description): Json {
  return description as unknown as Json;
}

/** An account that is not configured here, as the store's `Orphan`; null: a program of another version described it. */
export function adoptAccount(
  name: string,
  description: Json,
): (Omit<StoredAccount, "credential" | "description"> & { readonly provider: string }) | null {
  const { provider, cacheKey, limits } = description as unknown as Partial<Description>;
  if (provider === undefined || cacheKey === undefined || limits === undefined) return null;
  return {
    name,
    provider,
    limits,
    // Nothing is sent for it.
    coalesce: { quietMs: 0, maxWaitMs: 0 },
    polls: pollsOf(limits),
    keyOf: (lane, text) => keyOf(cacheKey, lane, text),
  };
}

/** A call that no lane submits with asks. */
function pollsOf({ lanes, calls }: Limits): readonly CallName[] {
  const submits = new Set(Object.values(lanes).map((lane) => lane.call));
  return Object.keys(calls).filter((call) => !submits.has(call));
}

function keyOf(cacheKey: readonly CacheKeyRule[], lane: Lane, text: string): { key: string; domain: string } {
  const spelling = spellingOf(kindOf(lane), text);
  // Stored texts were admitted; one that a newer program refuses is its own key.
  if (!spelling.ok) return { key: text, domain: "" };
  return { key: spelling.keyUnder(cacheKey), domain: spelling.domain };
}

function kindOf(lane: Lane): TargetKind {
  const kind = TARGET_KINDS.find((one) => laneOf("purge", one) === lane || laneOf("prefetch", one) === lane);
  if (kind === undefined) throw new Error(`admit: no kind of target goes to ${lane}`);
  return kind;
}
