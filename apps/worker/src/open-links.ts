import type { Config } from "@purgeline/config";
import type { WorkStore } from "@purgeline/core";
import { adoptAccount, type Intake, storedAccounts } from "@purgeline/engine";
import { openQueues, type Queues } from "@purgeline/queue";
import {
  type Connection,
  joinStore,
  type Membership,
  openIntakeStore,
  openLink,
  openWorkStore,
  type Purpose,
  type RedisTarget,
  whenReady,
} from "@purgeline/store";
import { type Logger, type Metrics, tellMoved } from "@purgeline/telemetry";
import { publishLimits } from "./publish-limits.ts";

export interface Links {
  /** The one that requests go over. */
  readonly connection: Connection;
  readonly prefix: string;
  readonly store: WorkStore;
  readonly intakeStore: ReturnType<typeof openIntakeStore>;
  readonly queue: Queues;
  readonly membership: Membership;
  /** A blocking connection for each call. */
  connect(): Connection;
  /** What a BullMQ object says about its connection: the link says it too, once. */
  onError(error: Error): void;
  disconnect(): void;
}

const FIRST_CONNECT_MS = 5000;

export interface LinkOptions {
  readonly redis: RedisTarget;
  readonly configuredAtMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/**
 * Everything of the worker that stands on Redis. Starts without it, too: it is waited for a moment only. Rejects
 * where the data are too new for this program.
 */
export async function openLinks(config: Config, intake: Intake, options: LinkOptions): Promise<Links> {
  const { redis, configuredAtMs, log, metrics } = options;
  const links: Connection[] = [];
  let isClosing = false;
  const link = (purpose: Purpose): Connection => {
    const made = openLink(redis, purpose, {
      up: () => log.info("redis.connected"),
      down(error) {
        if (!isClosing) log.warn("redis.lost", error === undefined ? {} : { error });
      },
    });
    links.push(made);
    return made;
  };
  const connection = link("request");
  await whenReady(connection, FIRST_CONNECT_MS);
  const { prefix } = redis;
  const shared = {
    connection,
    prefix,
    accounts: storedAccounts(intake),
    adopt: adoptAccount,
    intentsMs: config.history.intentsMs,
    idempotencyKeysMs: config.history.idempotencyKeysMs,
    maxPendingTargets: config.intake.maxPendingTargets,
    maxMemoryPercent: config.intake.maxMemoryPercent,
  };
  const store = openWorkStore(shared);
  const membership = await joinStore({
    ...shared,
    configuredAtMs,
    onDiffer: (account) => log.warn("limits.differ", { account }),
    // No lane is sent without limits in force.
    onNew: () => void publishLimits(store, intake, options),
  }).catch((error: unknown) => {
    isClosing = true;
    connection.disconnect();
    throw error;
  });
  const intakeStore = openIntakeStore({
    ...shared,
    subscriber: link("worker"),
    onMoved: (account, moved) => tellMoved(account, null, moved, { log, metrics }),
  });
  const onError = (error: Error): void => log.debug("redis.lost", { error });
  const accounts = intake.accounts.map(({ name }) => name);
  return {
    connection,
    prefix,
    store,
    intakeStore,
    membership,
    queue: openQueues({ connection: link("request"), prefix, accounts, onError }),
    connect: () => link("worker"),
    onError,
    disconnect() {
      isClosing = true;
      membership.leave();
      intakeStore.close();
      for (const each of links) each.disconnect();
    },
  };
}
