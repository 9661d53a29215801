import type { ProducerEntry, ProviderCall, Strike } from "./producer-ledger.ts";
import { type Surplus, surplusOf } from "./surplus.ts";

/** What must hold at the provider's door, for the judge's own count. */
export interface DoorLimit {
  readonly account: string;
  readonly call: string;
  readonly perSecond: number;
}

export interface Evidence {
  readonly producers: readonly ProducerEntry[];
  readonly provider: readonly ProviderCall[];
  readonly strikes: readonly Strike[];
  readonly limits: readonly DoorLimit[];
  /** The accounts that a target has to reach. */
  accountsOf(target: string): readonly string[];
  /** How long the provider works at a purge, at least. */
  readonly completeMs: number;
}

export interface Verdict {
  readonly intents: number;
  readonly targets: number;
  readonly confirmed: number;
  /** Accepted, and the service does not know them any more. */
  readonly lost: readonly string[];
  /** Accepted, and without an end when the campaign had waited long enough. */
  readonly hung: readonly string[];
  /** Ended otherwise than confirmed. */
  readonly failed: readonly string[];
  /** `intent url account`: confirmed, and no call that the provider took on after the producer began covers it. */
  readonly stale: readonly string[];
  /** Prefetches that followed a purge: how many. */
  readonly followers: number;
  /** `intent url account`: prefetched, and not after a purge of it that was asked for before and had come through. */
  readonly unordered: readonly string[];
  /** `account call`: more arrivals within a second than the limit allows. */
  readonly overLimit: readonly string[];
  readonly maybe: number;
  readonly refused: number;
  /** Sendings of a URL beyond one for each time that somebody asked for it: the price of at-least-once. */
  readonly surplus: Surplus;
  readonly sendings: number;
  /** From a strike until a purge that was asked for after it was confirmed, ms; by fault. */
  readonly recoveryMs: Readonly<Record<string, readonly number[]>>;
  /** From each purge's request to its confirmation, ms. */
  readonly throughMs: readonly number[];
}

/** Decides from what the producers and the provider wrote down, and from nothing else. */
export function judge(evidence: Evidence): Verdict {
  const asks = asksOf(evidence.producers);
  const accepted = asks.filter((ask) => ask.id !== null);
  const purges = evidence.provider.filter(({ call }) => !isPrefetch(call));
  const sendings = sendingsOf(purges);
  const prefetches = sendingsOf(evidence.provider.filter(({ call }) => isPrefetch(call)));
  const stateOf = statesOf(accepted);
  const idsWith = (fits: (state: string | null) => boolean): string[] =>
    [...stateOf].flatMap(([id, state]) => (id !== null && fits(state) ? [id] : []));
  return {
    intents: accepted.length,
    targets: accepted.reduce((sum, { urls }) => sum + urls.length, 0),
    confirmed: idsWith((state) => state === "confirmed").length,
    lost: idsWith((state) => state === "unknown"),
    hung: idsWith((state) => state === null),
    failed: idsWith((state) => state !== null && state !== "confirmed" && state !== "unknown"),
    stale: accepted.flatMap((ask) => staleOf(ask, sendings, evidence)),
    followers: accepted.filter(({ followerId }) => followerId !== null).length,
    unordered: accepted.flatMap((ask) => unorderedOf(ask, sendings, prefetches, evidence)),
    overLimit: evidence.limits.flatMap((limit) => overLimitOf(limit, evidence.provider)),
    maybe: asks.filter((ask) => ask.answer === "maybe").length,
    refused: asks.filter((ask) => ask.answer === "refused").length,
    surplus: surplusOf(wantedOf(asks, evidence), purges, evidence.strikes),
    sendings: [...sendings.values()].reduce((sum, times) => sum + times.length, 0),
    recoveryMs: recoveryOf(evidence.strikes, accepted),
    throughMs: accepted.flatMap(({ beganAtMs, end }) =>
      end?.state === "confirmed" ? [end.atMs - beganAtMs] : [],
    ),
  };
}

/** The promises that a campaign puts to the test; empty: all were kept. */
export function breachesOf(verdict: Verdict): readonly string[] {
  const kinds = ["lost", "hung", "failed", "stale", "unordered", "overLimit"] as const;
  const broken = kinds.flatMap((kind) =>
    verdict[kind].length === 0 ? [] : [`${kind} ${verdict[kind].length}, e.g. ${verdict[kind][0]}`],
  );
  const { unexplained } = verdict.surplus;
  if (unexplained.length > 0)
    broken.push(`sent twice for no cause ${unexplained.length}, e.g. ${unexplained[0]}`);
  return verdict.intents === 0 ? [...broken, "nothing was accepted, so nothing was tested"] : broken;
}

interface Ask {
  readonly urls: readonly string[];
  readonly beganAtMs: number;
  answer: "accepted" | "maybe" | "refused" | null;
  id: string | null;
  followerId: string | null;
  followerEnd: string | null;
  end: { readonly state: string; readonly atMs: number } | null;
}

function asksOf(entries: readonly ProducerEntry[]): readonly Ask[] {
  const asks = new Map<number, Ask>();
  const byId = new Map<string, Ask[]>();
  for (const entry of entries) {
    if (entry.entry === "began") {
      const { urls, atMs: beganAtMs } = entry;
      const unanswered = { answer: null, id: null, followerId: null, followerEnd: null, end: null };
      asks.set(entry.ask, { urls, beganAtMs, ...unanswered });
    } else if (entry.entry === "ended" || entry.entry === "unknown") {
      const state = entry.entry === "ended" ? entry.state : "unknown";
      for (const ask of byId.get(entry.id) ?? []) {
        if (ask.followerId === entry.id) ask.followerEnd = state;
        else ask.end = { state, atMs: entry.atMs };
      }
    } else {
      const ask = asks.get(entry.ask);
      if (ask === undefined) throw new Error(`ledger: ask ${entry.ask} was answered before it began`);
      ask.answer = entry.entry;
      if (entry.entry !== "accepted") continue;
      ask.id = entry.id;
      ask.followerId = entry.followerId ?? null;
      for (const id of [entry.id, entry.followerId ?? entry.id]) byId.set(id, [...(byId.get(id) ?? []), ask]);
    }
  }
  return [...asks.values()];
}

/** `account url` → when the provider took it on, in order. */
function sendingsOf(calls: readonly ProviderCall[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { account, accepted, receivedAt } of calls) {
    for (const url of accepted) {
      const key = `${account} ${url}`;
      const times = found.get(key);
      if (times === undefined) found.set(key, [Date.parse(receivedAt)]);
      else times.push(Date.parse(receivedAt));
    }
  }
  return found;
}

/** Of every accepted intent, those that follow included: how it ended, null where it has not. */
function statesOf(accepted: readonly Ask[]): ReadonlyMap<string | null, string | null> {
  return new Map(
    accepted.flatMap(({ id, end, followerId, followerEnd }): [string | null, string | null][] => {
      const own: [string | null, string | null] = [id, end?.state ?? null];
      return followerId === null ? [own] : [own, [followerId, followerEnd]];
    }),
  );
}

function isPrefetch(call: string | null): boolean {
  return call?.startsWith("Push") ?? false;
}

function unorderedOf(
  { urls, beganAtMs, followerId, followerEnd }: Ask,
  purges: ReadonlyMap<string, readonly number[]>,
  prefetches: ReadonlyMap<string, readonly number[]>,
  { accountsOf, completeMs }: Evidence,
): readonly string[] {
  if (followerEnd !== "confirmed") return [];
  return urls.flatMap((url) =>
    accountsOf(url)
      .filter((account) => {
        const key = `${account} ${url}`;
        const purged = purges.get(key)?.find((atMs) => atMs >= beganAtMs) ?? Number.POSITIVE_INFINITY;
        return !prefetches.get(key)?.some((atMs) => atMs >= purged + completeMs);
      })
      .map((account) => `${followerId} ${url} ${account}`),
  );
}

function staleOf(
  ask: Ask,
  sendings: ReadonlyMap<string, readonly number[]>,
  { accountsOf }: Evidence,
): readonly string[] {
  if (ask.end?.state !== "confirmed") return [];
  const { beganAtMs, end } = ask;
  return ask.urls.flatMap((url) =>
    accountsOf(url)
      .filter((account) => {
        const times = sendings.get(`${account} ${url}`) ?? [];
        return !times.some((atMs) => atMs >= beganAtMs && atMs <= end.atMs);
      })
      .map((account) => `${ask.id} ${url} ${account}`),
  );
}

function overLimitOf(limit: DoorLimit, calls: readonly ProviderCall[]): readonly string[] {
  const arrivals = calls
    .filter(({ account, call }) => account === limit.account && call === limit.call)
    .sort((a, b) => a.receivedMonotonicMs - b.receivedMonotonicMs);
  const isOver = arrivals.some(({ receivedMonotonicMs }, index) => {
    const earlier = arrivals[index - limit.perSecond];
    if (earlier === undefined) return false;
    // What the provider's own process was late to read is not the caller's haste.
    return receivedMonotonicMs - (earlier.receivedMonotonicMs - earlier.waitedMs) < 1000;
  });
  return isOver ? [`${limit.account} ${limit.call}`] : [];
}

/** `account url` → how often somebody asked for it. */
function wantedOf(asks: readonly Ask[], { accountsOf }: Evidence): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>();
  for (const ask of asks) {
    if (ask.answer === "refused") continue;
    for (const url of new Set(ask.urls))
      for (const account of accountsOf(url))
        wanted.set(`${account} ${url}`, (wanted.get(`${account} ${url}`) ?? 0) + 1);
  }
  return wanted;
}

function recoveryOf(
  strikes: readonly Strike[],
  accepted: readonly Ask[],
): Readonly<Record<string, readonly number[]>> {
  const found: Record<string, number[]> = {};
  for (const { fault, atMs } of strikes) {
    const confirmedAt = accepted.flatMap(({ beganAtMs, end }) =>
      beganAtMs >= atMs && end?.state === "confirmed" ? [end.atMs] : [],
    );
    if (confirmedAt.length > 0) found[fault] = [...(found[fault] ?? []), Math.min(...confirmedAt) - atMs];
  }
  return found;
}
