import { createHash } from "node:crypto";
import type { Config } from "@purgeline/config";
import { type Json, type Limits, stableJson, type WorkStore } from "@purgeline/core";
import {
  type Intake,
  intakeOf,
  readmitIntent,
  storedAccounts,
  type WorkAccount,
  type WorkPorts,
} from "@purgeline/engine";
import { healthServer } from "@purgeline/health";
import { openTransport } from "@purgeline/http";
import { providers } from "@purgeline/providers";
import { openQueues } from "@purgeline/queue";
import {
  type Connection,
  openIntakeStore,
  openLink,
  openWorkStore,
  type Purpose,
  type RedisTarget,
  unsafeSettings,
  whenReady,
} from "@purgeline/store";
import { createMetrics, type Logger } from "@purgeline/telemetry";
import { LoopWatch } from "./loop-watch.ts";
import { rescueLoop } from "./rescue-loop.ts";
import { shutDown } from "./shutdown.ts";
import { startWork } from "./start-work.ts";
import { systemChance, systemClock } from "./system-clock.ts";
import { workEvents } from "./work-events.ts";

export interface WorkerContext {
  readonly config: Config;
  readonly redis: RedisTarget;
  /** When the configuration was written, epoch ms: the newest one's limits are in force. */
  readonly configuredAtMs: number;
  readonly version: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onReady: (addresses: { readonly worker: string }) => void;
}

const FIRST_CONNECT_MS = 5000;

/** The role `worker`: submits, polls, foreign intents and rescue, until the signal. */
export async function runWorker(context: WorkerContext): Promise<void> {
  const { config, redis, log } = context;
  log.info("process.started", { version: context.version });
  const names = config.accounts.map(({ settings }) => settings.name);
  const intake = intakeOf(config.accounts, providers);
  const metrics = createMetrics({
    version: context.version,
    onStateError: (error) => log.warn("metrics.incomplete", { error }),
  });
  metrics.progress("worker");
  const links: Connection[] = [];
  const link = (purpose: Purpose): Connection => {
    const made = openLink(redis, purpose, {
      up: () => log.info("redis.connected"),
      down: (error) => log.warn("redis.lost", error === undefined ? {} : { error }),
    });
    links.push(made);
    return made;
  };
  const connection = link("request");
  await whenReady(connection, FIRST_CONNECT_MS);
  const shared = {
    connection,
    prefix: redis.prefix,
    accounts: storedAccounts(intake),
    intentsMs: config.history.intentsMs,
    idempotencyKeysMs: config.history.idempotencyKeysMs,
    maxPendingTargets: config.intake.maxPendingTargets,
  };
  const store = openWorkStore(shared);
  const intakeStore = openIntakeStore({ ...shared, subscriber: link("worker") });
  const onError = (error: Error): void => log.debug("redis.lost", { error });
  const queue = openQueues({ connection: link("request"), prefix: redis.prefix, accounts: names, onError });
  const transport = openTransport();
  const stop = new AbortController();
  const watch = new LoopWatch(config.health.stalledMs, () => performance.now());
  const isUp = (): boolean => connection.status === "ready";
  const turned = watch.watch("rescue", isUp);

  const ports: WorkPorts = {
    store,
    queue,
    transport,
    clock: systemClock,
    chance: systemChance,
    events: workEvents(log, metrics),
    accounts: workAccounts(intake),
    stopping: stop.signal,
  };
  const admitting = {
    store: intakeStore,
    queue,
    intake,
    log,
    metrics,
    onSetback: (step: string, intentId: string, error: unknown) =>
      log.warn("job.failed", { step, intentId, error }),
  };
  const app = healthServer({
    stalled: () => watch.stalled(),
    ping: () => intakeStore.ping(),
    render: () => metrics.render(),
    tokens: config.tokens,
    onRequest: (route, code, ms) => metrics.httpRequest(route, code, ms),
  });
  metrics.readStateWith(async () => {
    await intakeStore.ping();
    // The lanes' and queues' state is told by the api: twice would be counted twice.
    return { accounts: [], queues: [], intakeLimitTargets: null };
  });
  const address = await app.listen({ host: config.worker.host, port: config.worker.port });
  await publishAll(store, intake, context);
  for (const reason of await unsafeSettings(connection)) log.warn("redis.unsafe", { reason });
  watch.reportTo((loop) => log.error("loop.stalled", { loop }), stop.signal);
  const rescue = rescueLoop(
    names,
    async (intent) => {
      const done = await readmitIntent(intent, admitting);
      if (done === "unplannable") log.error("job.refused", { intentId: intent.intentId });
    },
    ports,
    turned,
    (account, error) => log.warn("job.failed", { account, error }),
  );
  const workers = startWork(ports, admitting, {
    connect: () => link("worker"),
    prefix: redis.prefix,
    onError,
    onFault: (job, error) => log.warn("job.failed", { job, error }),
  });
  log.info("process.ready", { address });
  context.onReady({ worker: address });
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  log.info("process.stopping");
  const closers = [
    () => app.close(),
    () => queue.close(),
    () => transport.close(),
    () => {
      intakeStore.close();
      for (const each of links) each.disconnect();
    },
  ];
  await shutDown({ stop, workers, rescue, closers });
  log.info("process.stopped");
}

function workAccounts(intake: Intake): ReadonlyMap<string, WorkAccount> {
  return new Map(
    intake.accounts.map(({ name, account, provider, limits }) => [name, { account, provider, limits }]),
  );
}

/** Puts the configuration's limits in force, or says that newer ones are. */
async function publishAll(
  store: WorkStore,
  intake: Intake,
  { configuredAtMs, log, signal }: WorkerContext,
): Promise<void> {
  for (const { name, limits } of intake.accounts) {
    while (!signal.aborted) {
      try {
        const inForce = await store.publish(name, limits, { atMs: configuredAtMs, digest: digestOf(limits) });
        if (!inForce) log.warn("limits.differ", { account: name });
        break;
      } catch (error) {
        log.warn("redis.lost", { error });
        await systemClock.sleep(1000, signal);
      }
    }
  }
}

function digestOf(limits: Limits): string {
  return createHash("sha256")
    .update(stableJson(limits as unknown as Json))
    .digest("base64url");
}
