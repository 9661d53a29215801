import type {
  IntakeStore,
  IntentHead,
  Lane,
  LegPlan,
  Limits,
  Slot,
  TakenBatch,
  WorkStore,
} from "@purgeline/core";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { type Connection, connect, openIntakeStore, openWorkStore } from "../src/index.ts";

export const CALL = { perSecond: 1000, perMinute: null, timeoutMs: 10_000 };
const WEIGHT = { encoding: "form", fixed: 40, perItem: 3 } as const;

export function limitsWith(change: Partial<Limits["lanes"]["purge-url"]> = {}, quota = 10_000): Limits {
  const lane = {
    call: "RefreshObjectCaches",
    quota: "url",
    unitsPerTarget: 1,
    weight: WEIGHT,
    batch: 1000,
    bodyBytes: 1_000_000,
    urlChars: 10_240,
    domains: 10,
    perDomainPerMinute: null,
    inFlight: 16,
    ...change,
  };
  return {
    lanes: { "purge-url": lane, "purge-directory": { ...lane, quota: "directory", batch: 100 } },
    calls: { RefreshObjectCaches: CALL, DescribeRefreshTaskById: { ...CALL, perSecond: 30 } },
    quotas: { url: quota, directory: 100 },
    reserveForUrgent: 0,
    resetTimeZone: "Asia/Shanghai",
    lookBackMs: 3 * 86_400_000,
    pollEveryMs: 1000,
  };
}

export interface Bundle {
  readonly redis: RedisServer;
  readonly connection: Connection;
  readonly intake: IntakeStore & { close(): void };
  readonly work: WorkStore;
  /** Another view of the same store, its clock ahead by so many ms. */
  later(skewMs: number): { readonly intake: IntakeStore; readonly work: WorkStore };
  stage(
    id: string,
    urls: readonly string[],
    how?: Partial<Pick<IntentHead, "priority" | "createdBy" | "notBeforeMs">>,
  ): Promise<readonly Slot[]>;
  take(slot: Slot | undefined): Promise<TakenBatch>;
  close(): Promise<void>;
}

export function domainOf(url: string): string {
  return /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? "";
}

export function headOf(id: string, how: Partial<IntentHead> = {}): IntentHead {
  return {
    id,
    op: "purge",
    priority: "normal",
    labels: {},
    createdBy: "shop",
    accounts: ["ali"],
    hosts: null,
    notBeforeMs: null,
    ...how,
  };
}

export function legOf(urls: readonly string[], lane: Lane = "purge-url"): LegPlan {
  const targets = urls.map((text) => ({ text, key: text, domain: domainOf(text) }));
  return { account: "ali", lanes: [{ lane, options: {}, targets }], duplicates: 0 };
}

/** One account `ali` on a Redis of its own; no coalescing wait unless asked for. */
export async function bundle(
  limits: Limits = limitsWith(),
  coalesce = { quietMs: 0, maxWaitMs: 0 },
): Promise<Bundle> {
  const redis = await startRedis();
  const target = { kind: "socket", path: redis.path, prefix: "t" } as const;
  const open: Connection[] = [];
  const join = (): Connection => {
    const made = connect(target, "worker", () => undefined);
    open.push(made);
    return made;
  };
  const connection = join();
  const optionsAt = (skewMs: number) => ({
    connection,
    prefix: "t",
    accounts: [
      {
        name: "ali",
        limits,
        coalesce,
        polls: ["DescribeRefreshTaskById"],
        keyOf: (_: Lane, text: string) => ({ key: text, domain: domainOf(text) }),
      },
    ],
    intentsMs: 60_000,
    idempotencyKeysMs: 60_000,
    maxPendingTargets: 100_000,
    skewMs,
  });
  const intake = openIntakeStore({ ...optionsAt(0), subscriber: join() });
  const work = openWorkStore(optionsAt(0));
  await work.publish("ali", limits, { atMs: 1, digest: "one" });
  return {
    redis,
    connection,
    intake,
    work,
    later: (skewMs) => ({
      intake: openIntakeStore({ ...optionsAt(skewMs), subscriber: join() }),
      work: openWorkStore(optionsAt(skewMs)),
    }),
    async stage(id, urls, how = {}) {
      const staged = await intake.stage(headOf(id, how), legOf(urls), null);
      if (staged.kind !== "staged") throw new Error("backlog");
      return staged.slots;
    },
    async take(slot) {
      if (slot === undefined) throw new Error("no slot was minted");
      const taken = await work.take(slot);
      if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
      return taken.batch;
    },
    async close() {
      intake.close();
      for (const each of open) each.disconnect();
      await redis.stop();
    },
  };
}
