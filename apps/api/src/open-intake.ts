import type { Config } from "@purgeline/config";
import type { IntakeStore } from "@purgeline/core";
import { adoptAccount, type Intake, storedAccounts } from "@purgeline/engine";
import { openQueues, type Queues } from "@purgeline/queue";
import {
  type Connection,
  joinStore,
  type Membership,
  openIntakeStore,
  openLink,
  type Purpose,
  type RedisTarget,
  whenReady,
} from "@purgeline/store";
import { type Logger, type Metrics, tellMoved } from "@purgeline/telemetry";

export interface OpenIntake {
  readonly store: IntakeStore;
  readonly queue: Queues;
  readonly membership: Membership;
  close(): Promise<void>;
}

export interface IntakeOptions {
  readonly redis: RedisTarget;
  /** When the configuration was written, epoch ms. */
  readonly configuredAtMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
}

// A local Redis answers in milliseconds; without one the role starts all the same and says 503.
const FIRST_CONNECT_MS = 2_000;
const QUEUE_CLOSE_MS = 2_000;

/**
 * What admission stands on, on connections of its own: fail-fast ones, for somebody waits for each command.
 * Rejects where the data are too new for this program.
 */
export async function openIntake(
  config: Config,
  intake: Intake,
  { redis, configuredAtMs, log, metrics }: IntakeOptions,
): Promise<OpenIntake> {
  const links: Connection[] = [];
  let isClosing = false;
  const link = (purpose: Purpose): Connection => {
    const made = openLink(redis, purpose, {
      up: () => log.info("redis.connected"),
      down: (error) => {
        if (!isClosing) log.warn("redis.lost", { error });
      },
    });
    links.push(made);
    return made;
  };
  const connection = link("request");
  await whenReady(connection, FIRST_CONNECT_MS);
  const { prefix } = redis;
  const accounts = storedAccounts(intake);
  const membership = await joinStore({
    connection,
    prefix,
    configuredAtMs,
    accounts,
    onDiffer: (account) => log.warn("limits.differ", { account }),
  }).catch((error: unknown) => {
    isClosing = true;
    connection.disconnect();
    throw error;
  });
  const opened = openIntakeStore({
    connection,
    subscriber: link("worker"),
    prefix,
    accounts,
    adopt: adoptAccount,
    intentsMs: config.history.intentsMs,
    idempotencyKeysMs: config.history.idempotencyKeysMs,
    maxPendingTargets: config.intake.maxPendingTargets,
    maxMemoryPercent: config.intake.maxMemoryPercent,
    onMoved: (account, moved) => tellMoved(account, null, moved, { log, metrics }),
  });
  const queue = openQueues({
    connection: link("request"),
    prefix,
    accounts: accounts.map(({ name }) => name),
    // The link says once that Redis is away; each queue says so at every attempt.
    onError: (error) => log.debug("redis.lost", { error }),
  });
  return {
    store: opened,
    queue,
    membership,
    async close() {
      isClosing = true;
      membership.leave();
      opened.close();
      // Where Redis was never there, closing a queue never ends (BullMQ #4656).
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, QUEUE_CLOSE_MS);
      await Promise.race([queue.close(), promise]);
      clearTimeout(timer);
      for (const each of links) each.disconnect();
    },
  };
}
