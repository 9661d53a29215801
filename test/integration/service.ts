import { loadConfig } from "@purgeline/config";
import {
  type Credentials,
  effectiveLimits,
  type Json,
  type Limits,
  type SlotQueue,
  type StateCounts,
} from "@purgeline/core";
import {
  admitIntent,
  awaitIntent,
  type Intake,
  intakeOf,
  newIntentId,
  type Producer,
  receiptOf,
  storedAccounts,
} from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import { openQueues } from "@purgeline/queue";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import { type Connection, connect, openIntakeStore, openWorkStore } from "@purgeline/store";
import { createLogger } from "@purgeline/telemetry";
import { type RedisOptions, type RedisServer, startRedis } from "@purgeline/testkit";
import { runWorker } from "@purgeline/worker";

/** One account at every provider and signature, each on a loopback address of its own; ports are given by the system. */
const EVERY_PROVIDER = `
  - { name: ali, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: ["*.ali.example.com"] }
  - { name: alirpc, provider: alibaba-cdn, signature: rpc, endpoint: "http://127.0.0.2:0", credentials: { accessKeyId: rpc-id, accessKeySecret: rpc-secret }, hosts: ["*.rpc.example.com"] }
  - { name: alivod, provider: alibaba-vod, region: cn-shanghai, endpoint: "http://127.0.0.3:0", credentials: { accessKeyId: vod-id, accessKeySecret: vod-secret }, hosts: ["*.vod.example.com"] }
  - { name: tc, provider: tencent-cdn, endpoint: "http://127.0.0.4:0", credentials: { secretId: tc-id, secretKey: tc-secret }, hosts: ["*.tc.example.com"] }
  - { name: tcold, provider: tencent-cdn, signature: v2-sha256, endpoint: "http://127.0.0.5:0", credentials: { secretId: v2-id, secretKey: v2-secret }, hosts: ["*.v2.example.com"] }
  - { name: hw, provider: huawei-vod, region: cn-north-4, projectId: 0a1b2c, endpoint: "http://127.0.0.6:0", credentials: { ak: hw-id, sk: hw-secret }, hosts: ["*.hw.example.com"] }
  - { name: hwtoken, provider: huawei-vod, region: cn-north-4, projectId: 0a1b2d, endpoint: "http://127.0.0.7:0", credentials: { token: hw-token-of-some-length }, hosts: ["*.hwt.example.com"] }
  - { name: hwcdn, provider: huawei-cdn, settings: { domainId: d0a1b2c }, endpoint: "http://127.0.0.8:0", credentials: { ak: hwcdn-id, sk: hwcdn-secret }, hosts: ["*.hwcdn.example.com"] }
`;

export interface Receipt {
  readonly id: string;
  readonly state: string;
  readonly counts: StateCounts & { readonly total: number };
  readonly failures: readonly { readonly target: string; readonly code: string }[];
  readonly links: { readonly self: string; readonly then?: string };
  readonly waiting: readonly {
    readonly reason: string;
    readonly until: string | null;
    readonly targets: number;
  }[];
}

export interface Service {
  readonly redis: RedisServer;
  readonly simulators: Simulators;
  readonly store: ReturnType<typeof openIntakeStore>;
  readonly connection: Connection;
  readonly queue: SlotQueue;
  readonly intake: Intake;
  post(body: Json): Promise<string>;
  /** The receipt once the intent has ended, or as it is after `timeoutMs`. */
  ended(id: string, timeoutMs?: number): Promise<Receipt>;
  receipt(id: string): Promise<Receipt>;
  /** `credentials`: what it calls with instead of what the simulators take. */
  startWorker(credentials?: Credentials): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}

const TEST: Producer = { name: "test", rights: null };

/** Simulators, Redis and the intake in this process; workers as the test starts them. */
export async function service(
  accountsYaml = EVERY_PROVIDER,
  options: {
    readonly redis?: RedisOptions;
    readonly completeMs?: number;
    /** The limits that the simulators play, where they are not those that are configured. */
    readonly played?: (limits: Limits) => Limits;
  } = {},
): Promise<Service> {
  const redis = await startRedis(options.redis ?? {});
  const asked = parse(`accounts:\n${accountsYaml}`);
  const simulators = await startSimulators(
    asked.accounts.map(({ settings, overrides }) => {
      const provider = providers.get(settings.provider);
      if (provider === undefined) throw new Error(settings.provider);
      const limits = effectiveLimits(provider.table(settings), overrides);
      return { settings, limits: options.played?.(limits) ?? limits };
    }),
    { completeMs: options.completeMs ?? 500 },
  );
  const config = {
    ...asked,
    accounts: asked.accounts.map((account) => ({
      ...account,
      settings: simulators.settingsOf(account.settings.name),
    })),
  };
  const target = { kind: "socket", path: redis.path, prefix: "purgeline" } as const;
  const connections: Connection[] = [];
  const join = (): Connection => {
    const made = connect(target, "worker", () => undefined);
    connections.push(made);
    return made;
  };
  const intake = intakeOf(config.accounts, providers);
  const shared = { connection: join(), prefix: "purgeline", accounts: storedAccounts(intake) };
  const history = {
    intentsMs: config.history.intentsMs,
    idempotencyKeysMs: 60_000,
    maxPendingTargets: 5_000_000,
  };
  const store = openIntakeStore({ ...shared, ...history, subscriber: join() });
  const work = openWorkStore({ ...shared, ...history });
  for (const { name, limits } of intake.accounts)
    await work.publish(name, limits, { atMs: 0, digest: "service" });
  const names = config.accounts.map(({ settings }) => settings.name);
  const queue = openQueues({
    connection: join(),
    prefix: "purgeline",
    accounts: names,
    onError: () => undefined,
  });
  const stops: (() => Promise<void>)[] = [];
  const receipt = async (id: string): Promise<Receipt> => {
    const legs = await store.legs(id);
    const [first, ...rest] = legs;
    if (first === undefined) throw new Error(`no intent ${id}`);
    return receiptOf([first, ...rest]) as unknown as Receipt;
  };
  return {
    redis,
    simulators,
    store,
    connection: shared.connection,
    queue,
    intake,
    async post(body) {
      const ports = { store, queue, intake, newId: newIntentId, onSetback: () => undefined };
      const admitted = await admitIntent(body, TEST, null, ports);
      if (admitted.kind !== "accepted") throw new Error(JSON.stringify(admitted));
      return admitted.plan.head.id;
    },
    async ended(id, timeoutMs = 90_000) {
      await awaitIntent(id, TEST, store, {
        waitMs: timeoutMs,
        signal: new AbortController().signal,
        monotonicMs: () => performance.now(),
      });
      return receipt(id);
    },
    receipt,
    async startWorker(credentials) {
      const stop = new AbortController();
      const ready = Promise.withResolvers<void>();
      const changed = credentials === undefined ? {} : { credentials };
      const accounts = config.accounts.map((account) => ({
        ...account,
        settings: { ...account.settings, ...changed },
      }));
      const done = runWorker({
        config: { ...config, accounts },
        redis: target,
        configuredAtMs: 1,
        version: "test",
        log: createLogger({
          level: process.env.PURGELINE_TEST_LOG === undefined ? "error" : "debug",
          role: "worker",
          pretty: false,
        }),
        signal: stop.signal,
        onReady: () => ready.resolve(),
      });
      await Promise.race([ready.promise, done]);
      const end = async (): Promise<void> => {
        stop.abort();
        await done;
      };
      stops.push(end);
      return { stop: end };
    },
    async close() {
      for (const stop of stops) await stop();
      store.close();
      for (const each of connections) each.disconnect();
      await simulators.close();
      await redis.stop();
    },
  };
}

function parse(yaml: string) {
  const loaded = loadConfig(yaml, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 1));
  return loaded.config;
}
