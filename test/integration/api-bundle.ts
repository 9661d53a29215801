import { createApi, openIntake } from "@purgeline/api";
import { loadConfig } from "@purgeline/config";
import type { IntakeStore, Lane, Slot, SlotQueue, TakenBatch, Verdict, WorkStore } from "@purgeline/core";
import { type Intake, intakeOf, storedAccounts } from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import { connect, openIntakeStore, openWorkStore } from "@purgeline/store";
import { createLogger, createMetrics } from "@purgeline/telemetry";
import { type RedisServer, startRedis } from "@purgeline/testkit";

/** Two CDNs and a video service; `shared.example.com` stands at both CDNs. */
const ACCOUNTS = `
accounts:
  - { name: ali, provider: alibaba-cdn, credentials: { accessKeyId: id, accessKeySecret: secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 } }
  - { name: tencent, provider: tencent-cdn, credentials: { secretId: id, secretKey: secret }, hosts: [shared.example.com, t.example.org], coalesce: { quietMs: 0, maxWaitMs: 0 } }
  - { name: video, provider: alibaba-vod, region: cn-shanghai, credentials: { accessKeyId: id, accessKeySecret: secret }, hosts: [], coalesce: { quietMs: 0, maxWaitMs: 0 } }
`;

export const TOKENS = `
tokens:
  - { name: shop, secret: shop-secret, allow: [purge, read], hosts: ["*.example.com"], accounts: [ali] }
  - { name: feed, secret: feed-secret, allow: [prefetch] }
  - { name: eye, secret: eye-secret, allow: [read] }
  - { name: ops, secret: ops-secret, allow: [admin] }
`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API says is looked at member by member
  readonly body: any;
}

export interface Call {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiBundle {
  readonly redis: RedisServer;
  readonly origin: string;
  readonly store: IntakeStore;
  readonly work: WorkStore;
  /** Slots that admission wanted to be queued: the test is the worker. */
  readonly slots: Slot[];
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** Takes one batch of a lane and records what the test says that the provider said. */
  send(account: string, lane: Lane, verdict: Verdict): Promise<TakenBatch>;
  readonly intake: Intake;
  /** The same data by a clock that is ahead. */
  later(skewMs: number): { readonly work: WorkStore; readonly store: IntakeStore };
  /** How many keys Redis holds beside the limits in force, the store's record and BullMQ's own. */
  stored(): Promise<number>;
  /** Everything that Redis holds but for BullMQ's own and the store's record, in Redis's own format. */
  contents(): Promise<Readonly<Record<string, string>>>;
  /** The time of a try is up that never stored its answer; `claim`: what it had written. */
  expireClaim(
    token: string,
    key: string,
    claim?: { readonly digest: string; readonly intent: string },
  ): Promise<void>;
  /** What the role does at SIGTERM. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** `onClaimed`: called between the claim of an Idempotency-Key and the staging. */
export async function apiBundle(
  extra = "",
  { onClaimed = () => undefined }: { readonly onClaimed?: () => void } = {},
): Promise<ApiBundle> {
  const redis = await startRedis();
  const loaded = loadConfig(`${ACCOUNTS}\n${extra}`, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const log = createLogger({ level: "error", role: "api", pretty: false });
  const target = { kind: "socket", path: redis.path, prefix: "t" } as const;
  const metrics = createMetrics({ version: "0.0.0" });
  const intake = intakeOf(config.accounts, providers);
  const opened = await openIntake(config, intake, { redis: target, configuredAtMs: 1, log, metrics });
  const own = connect(target, "worker", () => undefined);
  const shared = {
    connection: own,
    prefix: "t",
    accounts: storedAccounts(intake),
    intentsMs: 60_000,
    idempotencyKeysMs: 60_000,
    maxPendingTargets: 1_000_000,
  };
  const work = openWorkStore(shared);
  // As a worker does when it starts: without limits in force no lane gets a slot.
  for (const { name, limits } of intake.accounts)
    await work.publish(name, limits, { atMs: 1, digest: "test" });
  const slots: Slot[] = [];
  const queue: SlotQueue = {
    async add(added) {
      slots.push(...added);
      await opened.queue.add(added);
    },
    lost: (asked) => opened.queue.lost(asked),
  };
  const { idempotency } = opened.store;
  const claim: typeof idempotency.claim = async (...request) => {
    const claimed = await idempotency.claim(...request);
    onClaimed();
    return claimed;
  };
  const stop = new AbortController();
  const app = await createApi({
    store: { ...opened.store, idempotency: { ...idempotency, claim } },
    queue,
    intake,
    tokens: config.tokens,
    maxBodyBytes: config.intake.maxBodyBytes,
    intentsMs: config.history.intentsMs,
    publicUrl: config.http.publicUrl,
    version: "0.0.0",
    log,
    metrics,
    signal: stop.signal,
  });
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  const stopApi = async (): Promise<void> => {
    stop.abort();
    await app.close();
  };
  return {
    redis,
    origin,
    store: opened.store,
    work,
    intake,
    later: (skewMs) => ({
      work: openWorkStore({ ...shared, skewMs }),
      store: openIntakeStore({ ...shared, skewMs, subscriber: own }),
    }),
    slots,
    call: (method, path, call = {}) => request(`${origin}${path}`, method, call),
    send: (account, lane, verdict) => send(work, slots, account, lane, verdict),
    async stored() {
      const keys = await own.keys("*");
      return keys.filter((key) => !/^\{t\}:|\}:limits$|^t:store$/.test(key)).length;
    },
    async contents() {
      const keys = (await own.keys("*")).filter((key) => !/^\{t\}:|^t:store$/.test(key));
      const dumps = await Promise.all(keys.map((key) => own.dumpBuffer(key)));
      return Object.fromEntries(keys.map((key, at) => [key, dumps[at]?.toString("hex") ?? ""]).sort());
    },
    async expireClaim(token, key, claim) {
      await own.hset(`t:{idempotency:${token}:${key}}`, { ...claim, until: 1 });
    },
    stop: stopApi,
    async close() {
      redis.thaw();
      await stopApi();
      await opened.close();
      own.disconnect();
      await redis.stop();
    },
  };
}

async function request(url: string, method: string, { token, body, headers }: Call): Promise<Answer> {
  const isText = typeof body === "string" || body instanceof Uint8Array;
  const reply = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  const isJson = /json/.test(reply.headers.get("content-type") ?? "");
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
}

async function send(
  work: WorkStore,
  slots: readonly Slot[],
  account: string,
  lane: Lane,
  verdict: Verdict,
): Promise<TakenBatch> {
  const slot = slots.findLast(
    (one) => one.account === account && one.kind.for === "submit" && one.kind.lane === lane,
  );
  if (slot === undefined) throw new Error(`no slot of ${account} ${lane} was queued`);
  const taken = await work.take(slot);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  await work.record(slot, taken.batch, verdict, { call: "any", providerDateMs: null, error: null });
  return taken.batch;
}
