import { once } from "node:events";
import type { Config } from "@purgeline/config";
import type { IntakeStore } from "@purgeline/core";
import { intakeOf, orphanedWork } from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import type { RedisTarget } from "@purgeline/store";
import { createMetrics, type Logger } from "@purgeline/telemetry";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { createApi } from "./create-api.ts";
import { openIntake } from "./open-intake.ts";

export interface ApiContext {
  readonly config: Config;
  readonly redis: RedisTarget;
  /** When the configuration was written, epoch ms: of two that differ the newer one's limits are in force. */
  readonly configuredAtMs: number;
  readonly version: string;
  readonly log: Logger;
  /** Aborted when the role has to end. */
  readonly signal: AbortSignal;
  readonly onReady: (addresses: { readonly API: string }) => void;
  /** The board under `up`: a plugin with guards of its own. */
  readonly board?: FastifyPluginAsync;
}

// Requests under way end in milliseconds and long polls at once; what is left then is a stuck client.
const CLOSE_MS = 10_000;

/** The role `api`, until the signal. Rejects when its port cannot be had, or the data are too new for it. */
export async function runApi(context: ApiContext): Promise<void> {
  const { config, log, signal, board } = context;
  log.info("process.started", { version: context.version });
  const intake = intakeOf(config.accounts, providers);
  const metrics = createMetrics({
    version: context.version,
    onStateError: (error) => log.warn("metrics.incomplete", { error }),
  });
  const { store, queue, membership, close } = await openIntake(config, intake, { ...context, metrics });
  void membership.joined.then(() => tellOrphans(store, log)).catch(() => undefined);
  metrics.readStateWith(async () => {
    const [accounts, queues, redisMemory] = await Promise.all([
      store.accounts(),
      queue.counts(),
      store.memory(),
    ]);
    return { accounts, queues, intakeLimitTargets: config.intake.maxPendingTargets, redisMemory };
  });
  const app = await createApi({
    store,
    queue,
    intake,
    tokens: config.tokens,
    maxBodyBytes: config.intake.maxBodyBytes,
    intentsMs: config.history.intentsMs,
    publicUrl: config.http.publicUrl,
    version: context.version,
    log,
    metrics,
    signal,
    ...(board === undefined ? {} : { board }),
  });
  try {
    const address = await app.listen({ host: config.http.host, port: config.http.port });
    log.info("process.ready", { address });
    context.onReady({ API: address });
    if (!signal.aborted) await Promise.race([once(signal, "abort"), membership.refused]);
    log.info("process.stopping");
  } finally {
    await closeInTime(app);
    await close();
  }
  log.info("process.stopped");
}

async function closeInTime(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
  await app.close();
  clearTimeout(timer);
}

async function tellOrphans(store: IntakeStore, log: Logger): Promise<void> {
  for (const orphan of await orphanedWork(store)) log.warn("account.orphaned", orphan);
}
