import { once } from "node:events";
import { type Config, isLoopbackHost } from "@purgeline/config";
import {
  type Intake,
  intakeOf,
  orphanedWork,
  quotaCalls,
  type Readmit,
  readmitIntent,
  type WorkAccount,
  type WorkPorts,
} from "@purgeline/engine";
import { healthServer } from "@purgeline/health";
import { openTransport } from "@purgeline/http";
import { providers } from "@purgeline/providers";
import { type RedisTarget, unsafeSettings } from "@purgeline/store";
import { createMetrics, type Logger, type Metrics } from "@purgeline/telemetry";
import type { ForeignPorts } from "./foreign-intents.ts";
import { LoopWatch } from "./loop-watch.ts";
import { type Links, openLinks } from "./open-links.ts";
import { publishLimits } from "./publish-limits.ts";
import { quotaLoop } from "./quota-loop.ts";
import { rescueLoop } from "./rescue-loop.ts";
import { closeAll, drain } from "./shutdown.ts";
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

/** The role `worker`: submits, polls, foreign intents and rescue, until the signal. Rejects when its port cannot be had, or the data are too new for it. */
export async function runWorker(context: WorkerContext): Promise<void> {
  const { config, log, signal } = context;
  log.info("process.started", { version: context.version });
  const intake = intakeOf(config.accounts, providers);
  const metrics = createMetrics({
    version: context.version,
    onStateError: (error) => log.warn("metrics.incomplete", { error }),
  });
  metrics.progress("worker");
  const links = await openLinks(config, intake, { ...context, metrics });
  const transport = openTransport();
  const watch = new LoopWatch(config.health.stalledMs, () => performance.now());
  const app = health(links, watch, metrics, config);
  // What is open here would keep a process alive whose start has failed.
  const closers = [
    () => app.close(),
    () => links.queue.close(),
    () => transport.close(),
    () => links.disconnect(),
  ];
  try {
    const address = await app.listen({ host: config.worker.host, port: config.worker.port });
    if (!signal.aborted) await Promise.race([links.membership.joined, once(signal, "abort")]);
    await publishLimits(links.store, intake, context);
    await tellOrphans(links, log);
    for (const reason of await unsafeSettings(links.connection)) log.warn("redis.unsafe", { reason });
    const stop = new AbortController();
    const ports: WorkPorts = {
      store: links.store,
      queue: links.queue,
      transport,
      clock: systemClock,
      chance: systemChance,
      events: workEvents(log, metrics),
      accounts: workAccounts(intake),
      stopping: stop.signal,
    };
    const working = startAll(ports, admitting(links, intake, metrics, log), links, watch, log);
    log.info("process.ready", { address });
    context.onReady({ worker: address });
    try {
      if (!signal.aborted) await Promise.race([once(signal, "abort"), links.membership.refused]);
    } catch (error) {
      // What is under way must not be written into a layout that this program does not know.
      links.disconnect();
      throw error;
    } finally {
      log.info("process.stopping");
      await drain({ stop, ...working });
    }
  } finally {
    await closeAll(closers);
  }
  log.info("process.stopped");
}

async function tellOrphans({ intakeStore }: Links, log: Logger): Promise<void> {
  // Without Redis there is nothing to tell now; the api tells it, too.
  const orphans = await orphanedWork(intakeStore).catch(() => []);
  for (const orphan of orphans) log.warn("account.orphaned", orphan);
}

function health(links: Links, watch: LoopWatch, metrics: Metrics, config: Config) {
  const ping = (): Promise<void> => links.intakeStore.ping();
  metrics.readStateWith(async () => {
    await ping();
    // The lanes' and queues' state is told by the api: twice would be counted twice.
    return { accounts: [], queues: [], intakeLimitTargets: null };
  });
  return healthServer({
    stalled: () => watch.stalled(),
    ping,
    render: metrics.render,
    tokens: config.tokens,
    isOwnHost: isLoopbackHost,
    onRequest: metrics.httpRequest,
  });
}

function admitting(links: Links, intake: Intake, metrics: Metrics, log: Logger): ForeignPorts {
  return {
    store: links.intakeStore,
    queue: links.queue,
    intake,
    log,
    metrics,
    onSetback: (step, intentId, error) => log.warn("job.failed", { step, intentId, error }),
  };
}

/** Every loop of the worker, running. */
function startAll(ports: WorkPorts, admits: ForeignPorts, links: Links, watch: LoopWatch, log: Logger) {
  const turned = watch.watch("rescue", () => links.connection.status === "ready");
  watch.reportTo((loop) => log.error("loop.stalled", { loop }), ports.stopping);
  const readmit: Readmit = async (intent) => {
    const done = await readmitIntent(intent, admits);
    if (done === "unplannable") log.error("job.refused", { intentId: intent.intentId });
  };
  const rescue = rescueLoop([...ports.accounts.keys()], readmit, ports, turned, (account, error) =>
    log.warn("job.failed", { account, error }),
  );
  const quotas = [...ports.accounts].flatMap(([name, account]) => {
    if (quotaCalls(account).length === 0) return [];
    const turnedHere = watch.watch(`quota ${name}`, () => links.connection.status === "ready");
    return [
      quotaLoop(account, ports, turnedHere, (error) => log.warn("job.failed", { account: name, error })),
    ];
  });
  const workers = startWork(ports, admits, {
    connect: links.connect,
    prefix: links.prefix,
    onError: links.onError,
    onFault: (job, error) => log.warn("job.failed", { job, error }),
  });
  return { loops: [rescue, ...quotas], workers };
}

function workAccounts(intake: Intake): ReadonlyMap<string, WorkAccount> {
  return new Map(
    intake.accounts.map(({ name, account, provider, limits }) => [name, { account, provider, limits }]),
  );
}
