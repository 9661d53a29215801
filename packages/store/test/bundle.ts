import type {
  CallOptions,
  IntakeStore,
  IntentHead,
  Json,
  Lane,
  LegPlan,
  Limits,
  Moved,
  Slot,
  TakenBatch,
  WorkStore,
} from "@purgeline/core";
import { type RedisServer, startRedis, stoppedClock } from "@purgeline/testkit";
import { type Connection, connect, openIntakeStore, openWorkStore } from "../src/index.ts";
import { addMoved, type Tally, tallied } from "./tally.ts";

export const CALL = { perSecond: 1000, perMinute: null, timeoutMs: 10_000 };
const WEIGHT = { encoding: "form", fixed: 40, perItem: 3 } as const;

export function limitsWith(change: Partial<Limits["lanes"]["purge-url"]> = {}, quota = 10_000): Limits {
  const lane = {
    call: "RefreshObjectCaches",
    quota: "url",
    quotaByOption: null,
    unitsPerTarget: 1,
    weight: WEIGHT,
    batch: 1000,
    bodyBytes: 1_000_000,
    urlChars: 10_240,
    domains: 10,
    perDomainPerMinute: null,
    inFlight: 16,
    resendAfterMs: 0,
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

/** What a test asks for beside the URLs. */
export type How = Partial<Pick<IntentHead, "op" | "priority" | "createdBy" | "notBeforeMs">> & {
  readonly lane?: Lane;
  readonly options?: CallOptions;
  readonly body?: Json;
};

/** The store as one process sees it. */
export interface View {
  readonly intake: IntakeStore & { close(): void };
  readonly work: WorkStore;
  stage(id: string, urls: readonly string[], how?: How): Promise<readonly Slot[]>;
  /** The batch that the slot takes; throws where it gets none. */
  take(slot: Slot | undefined): Promise<TakenBatch>;
}

export interface Bundle extends View {
  readonly redis: RedisServer;
  readonly connection: Connection;
  /** The time of its stores, which stands still: no slow machine makes a step late. */
  readonly nowMs: number;
  /** The ends of targets that its stores have told, those of its later views too. */
  readonly told: Tally;
  /** Another process, its clock ahead by so many ms; `credential`: what it calls with. */
  later(skewMs: number, credential?: string): View;
  close(): Promise<void>;
}

export interface Settings {
  readonly limits?: Limits;
  /** Default: nothing waits for more. */
  readonly coalesce?: { readonly quietMs: number; readonly maxWaitMs: number };
  readonly maxPendingTargets?: number;
  readonly maxMemoryPercent?: number;
  readonly intentsMs?: number;
  /** Default: the machine's time. */
  readonly nowMs?: number;
  /** Default: the text. */
  readonly keyOf?: (text: string) => string;
}

export function domainOf(url: string): string {
  return /^https?:\/\/([^/:]+)/.exec(url)?.[1] ?? "";
}

export function headOf(id: string, how: How = {}): IntentHead {
  return {
    id,
    op: how.op ?? "purge",
    priority: how.priority ?? "normal",
    labels: {},
    createdBy: how.createdBy ?? "shop",
    accounts: ["ali"],
    hosts: null,
    notBeforeMs: how.notBeforeMs ?? null,
  };
}

export function legOf(
  urls: readonly string[],
  how: How = {},
  keyOf: (text: string) => string = (text) => text,
): LegPlan {
  const targets = urls.map((text) => ({ text, key: keyOf(text), domain: domainOf(text) }));
  return {
    account: "ali",
    lanes: [{ lane: how.lane ?? "purge-url", options: how.options ?? {}, targets }],
    duplicates: 0,
  };
}

/** One account `ali` on a Redis of its own. */
export async function bundle(settings: Settings = {}): Promise<Bundle> {
  const redis = await startRedis();
  const open: Connection[] = [];
  const join = (): Connection => {
    const made = connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
    open.push(made);
    return made;
  };
  const connection = join();
  const nowMs = settings.nowMs ?? Date.now();
  const still = stoppedClock(connection, (skewMs) => nowMs + skewMs);
  const told: Tally = new Map();
  const here = view(still, join, settings, 0, undefined, undefined, told);
  await here.work.publish("ali", settings.limits ?? limitsWith(), { atMs: 1, digest: "one" });
  return {
    redis,
    connection,
    nowMs,
    told,
    ...here,
    later: (skewMs, credential) => view(still, join, settings, skewMs, credential, undefined, told),
    async close() {
      for (const each of open) each.disconnect();
      await redis.stop();
    },
  };
}

/** One process's stores over a connection; `join` makes its own for wake-ups. No skew: it watches Redis's clock. */
export function view(
  connection: Connection,
  join: () => Connection,
  settings: Settings,
  skewMs: number | undefined,
  credential?: string,
  monotonic?: () => number,
  told: Tally = new Map(),
): View {
  const options = {
    connection,
    prefix: "t",
    accounts: [
      {
        name: "ali",
        limits: settings.limits ?? limitsWith(),
        coalesce: settings.coalesce ?? { quietMs: 0, maxWaitMs: 0 },
        polls: Object.keys((settings.limits ?? limitsWith()).calls).filter((call) =>
          call.startsWith("Describe"),
        ),
        ...(credential === undefined ? {} : { credential }),
        keyOf: (_: Lane, text: string) => ({ key: settings.keyOf?.(text) ?? text, domain: domainOf(text) }),
      },
    ],
    intentsMs: settings.intentsMs ?? 60_000,
    idempotencyKeysMs: 60_000,
    maxPendingTargets: settings.maxPendingTargets ?? 100_000,
    maxMemoryPercent: settings.maxMemoryPercent ?? 100,
    ...(skewMs === undefined ? {} : { skewMs }),
    ...(monotonic === undefined ? {} : { monotonic }),
    onMoved: (_: string, moved: Moved) => addMoved(told, moved),
  };
  const work = tallied(openWorkStore(options), told);
  let opened: View["intake"] | undefined;
  const intakeNow = (): View["intake"] => {
    opened ??= openIntakeStore({ ...options, subscriber: join() });
    return opened;
  };
  return {
    get intake() {
      return intakeNow();
    },
    work,
    async stage(id, urls, how = {}) {
      const staged = await intakeNow().stage(
        headOf(id, how),
        legOf(urls, how, settings.keyOf),
        how.body ?? null,
      );
      if (staged.kind !== "staged") throw new Error(`refused: ${staged.pending} are pending`);
      return staged.slots;
    },
    async take(slot) {
      if (slot === undefined) throw new Error("no slot was minted");
      const taken = await work.take(slot);
      if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
      return taken.batch;
    },
  };
}
