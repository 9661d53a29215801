import type { Config } from "@purgeline/config";
import type { IntakeStore } from "@purgeline/core";
import { type Intake, storedAccounts } from "@purgeline/engine";
import { openQueues, type Queues } from "@purgeline/queue";
import {
  type Connection,
  openIntakeStore,
  openLink,
  type Purpose,
  type RedisTarget,
  whenReady,
} from "@purgeline/store";
import type { Logger } from "@purgeline/telemetry";

export interface OpenIntake {
  readonly store: IntakeStore;
  readonly queue: Queues;
  close(): Promise<void>;
}

export interface IntakeOptions {
  readonly redis: RedisTarget;
  readonly log: Logger;
}

// A local Redis answers in milliseconds; without one the role starts all the same and says 503.
const FIRST_CONNECT_MS = 2_000;
const QUEUE_CLOSE_MS = 2_000;

/** What admission stands on, on connections of its own: fail-fast ones, for somebody waits for each command. */
export async function openIntake(
  config: Config,
  intake: Intake,
  { redis, log }: IntakeOptions,
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
  const opened = openIntakeStore({
    connection,
    subscriber: link("worker"),
    prefix: redis.prefix,
    accounts: storedAccounts(intake),
    intentsMs: config.history.intentsMs,
    idempotencyKeysMs: config.history.idempotencyKeysMs,
    maxPendingTargets: config.intake.maxPendingTargets,
    maxMemoryPercent: config.intake.maxMemoryPercent,
  });
  const queue = openQueues({
    connection: link("request"),
    prefix: redis.prefix,
    accounts: intake.accounts.map(({ name }) => name),
    // The link says once that Redis is away; each queue says so at every attempt.
    onError: (error) => log.debug("redis.lost", { error }),
  });
  return {
    store: opened,
    queue,
    async close() {
      isClosing = true;
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
