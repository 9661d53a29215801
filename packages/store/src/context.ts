import {
  type Account,
  type CallName,
  dayStarts,
  type Json,
  type Lane,
  type Limits,
  type Moved,
} from "@purgeline/core";
import { type AccountClock, accountClock } from "./account-clock.ts";
import type { Connection } from "./connect.ts";
import { type MemoryGauge, memoryGauge } from "./memory.ts";
import { type Orphan, orphanReader } from "./orphans.ts";
import { type Arg, list, loadScript, number, runScript, type Script } from "./script.ts";

/** One configured account, as the store needs it. */
export interface StoreAccount {
  readonly name: string;
  readonly limits: Limits;
  readonly coalesce: Account["coalesce"];
  /** The calls by which its tasks are asked for. */
  readonly polls: readonly CallName[];
  /** Fingerprint of what its calls are signed with; absent: nothing here makes calls. */
  readonly credential?: string;
  /** What `adopt` makes the account of again, when no configuration names it any more. */
  readonly description?: Json;
  /** Canonical key and domain of a target, by this account's rules. */
  keyOf(lane: Lane, text: string): { readonly key: string; readonly domain: string };
}

export interface StoreOptions {
  readonly connection: Connection;
  readonly prefix: string;
  readonly accounts: readonly StoreAccount[];
  readonly intentsMs: number;
  readonly idempotencyKeysMs: number;
  readonly maxPendingTargets: number;
  /** Of the server's `maxmemory`, for new work. Default: all of it. */
  readonly maxMemoryPercent?: number;
  /** An account that is not configured here, from what another configuration said of it; null: it cannot be read. */
  readonly adopt?: (name: string, description: Json) => Orphan | null;
  /** Hears what staging, cancelling and retrying moved. What workers do they tell themselves. */
  readonly onMoved?: (account: string, moved: Moved) => void;
  /** Tests alone: added to Redis's clock by every script, which is not watched then. */
  readonly skewMs?: number;
  /** Tests alone: the process's monotonic clock, ms. */
  readonly monotonic?: () => number;
}

/** What all parts of the store share. */
export interface Context extends StoreOptions {
  readonly byName: ReadonlyMap<string, StoreAccount>;
  readonly memory: MemoryGauge;
  /** Accounts that the store knows and this configuration does not. */
  orphans(): Promise<readonly Orphan[]>;
  run(script: Script, account: string, ...args: readonly Arg[]): Promise<unknown>;
  account(name: string): StoreAccount;
  /** The fingerprint as scripts take it. */
  credential(name: string): string;
  /** First instants of the provider's days around now, comma-joined. */
  resets(account: StoreAccount): string;
}

const scripts = new Map<string, Script>();

/** Each script is read once a process. */
export function script(name: string): Script {
  const known = scripts.get(name);
  if (known !== undefined) return known;
  const loaded = loadScript(name);
  scripts.set(name, loaded);
  return loaded;
}

export function createContext(options: StoreOptions): Context {
  const byName = new Map(options.accounts.map((account) => [account.name, account]));
  const { skewMs } = options;
  const resets = resetTexts(skewMs ?? 0);
  const clocks = new Map<string, AccountClock>();
  const runAt = (each: Script, account: string, at: string, args: readonly Arg[]): Promise<unknown> =>
    runScript(options.connection, each, accountPrefix(options.prefix, account), [at, ...args]);
  const clockOf = (account: string): AccountClock => {
    const known = clocks.get(account);
    if (known !== undefined) return known;
    const made = accountClock(async (bounds, correction) => {
      const args = correction === null ? ["", ""] : [correction.shiftMs, correction.nowMs];
      const told = list(await runAt(script("clock"), account, `0${bounds}`, args), "clock");
      return { nowMs: number(told[0], "clock"), shiftMs: number(told[1], "clock") };
    }, options.monotonic);
    clocks.set(account, made);
    return made;
  };
  return {
    ...options,
    byName,
    orphans: orphanReader(options, byName),
    memory: memoryGauge(options.connection, options.maxMemoryPercent ?? 100, options.monotonic),
    resets,
    run: (each, account, ...args) =>
      skewMs === undefined
        ? clockOf(account).run((bounds) => runAt(each, account, `0${bounds}`, args))
        : runAt(each, account, String(skewMs), args),
    credential: (name) => byName.get(name)?.credential ?? "",
    account(name) {
      const found = byName.get(name);
      if (found === undefined) throw new Error(`store: account ${JSON.stringify(name)} is not configured`);
      return found;
    },
  };
}

/** The account in braces is the hash tag: everything of one account lives in one Cluster slot. */
export function accountPrefix(prefix: string, account: string): string {
  return `${prefix}:{${account}}:`;
}

// The list spans two days back and twelve ahead, so that it depends neither on this host's clock
// being right to the hour nor on a rehearsal's provider clock that runs some days ahead.
const DAYS_BACK = 2;
const DAYS_AHEAD = 12;
const HOUR_MS = 3_600_000;

function resetTexts(skewMs: number): (account: StoreAccount) => string {
  const cache = new Map<string, { readonly hour: number; readonly text: string }>();
  return ({ limits }) => {
    const now = Date.now() + skewMs;
    const hour = Math.floor(now / HOUR_MS);
    const known = cache.get(limits.resetTimeZone);
    if (known?.hour === hour) return known.text;
    const text = dayStarts(limits.resetTimeZone, now, DAYS_BACK, DAYS_AHEAD).join(",");
    cache.set(limits.resetTimeZone, { hour, text });
    return text;
  };
}
