import { loadConfig } from "@purgeline/config";
import { type Account, dayStarts } from "@purgeline/core";
import { type Intake, intakeOf, storedAccounts } from "@purgeline/engine";
import { type ClosingTransport, openTransport } from "@purgeline/http";
import { providers } from "@purgeline/providers";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import { type Connection, connect, openIntakeStore, openWorkStore } from "@purgeline/store";
import { startRedis } from "@purgeline/testkit";
import { type JobList, jobList } from "./job-list.ts";
import { watchedConnection } from "./outside.ts";

/** What outlives every process: Redis, the providers, the jobs, and a time that only the test moves on. */
export interface World {
  readonly connection: Connection;
  readonly simulators: Simulators;
  readonly transport: ClosingTransport;
  readonly jobs: JobList;
  readonly accounts: readonly Account[];
  readonly intake: Intake;
  /** The store as the judge reads it. */
  readonly store: ReturnType<typeof openIntakeStore>;
  /** How far the test's time is ahead of the host's. */
  aheadMs(): number;
  nowMs(): number;
  advance(ms: number): void;
  storeOptions(connection: Connection): Parameters<typeof openWorkStore>[0];
  readonly subscriber: Connection;
  /** How many pending targets an account may have, for processes that start from now on. */
  mayHold(pending: number): void;
  /** Every request leaves so much later than its process looked at the clock, until the next reset. */
  writesLate(ms: number): void;
  /** Lets go what a process holds. */
  atReset(close: () => void): void;
  /** As on the first day: nothing stored, nothing to go wrong, every window and quota as new. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export const PREFIX = "crash";
/** Longer than any window of a provider. */
const WINDOW_MS = 62_000;
/** No run takes as long: a quota's day does not end within one. */
const RUN_MS = 1_800_000;

/** Opens the accounts of this YAML on a Redis and simulators of its own. */
export async function openWorld(accountsYaml: string): Promise<World> {
  const loaded = loadConfig(`accounts:\n${accountsYaml}`, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const configured = intakeOf(loaded.config.accounts, providers).accounts;
  const simulators = await startSimulators(
    configured.map(({ account, limits }) => ({ settings: account.settings, limits })),
    { completeMs: 0, ledgerEntries: 100_000 },
  );
  const accounts = loaded.config.accounts.map((account) => ({
    ...account,
    settings: simulators.settingsOf(account.settings.name),
  }));
  const intake = intakeOf(accounts, providers);
  const redis = await startRedis();
  const join = (): Connection =>
    connect({ kind: "socket", path: redis.path, prefix: PREFIX }, "worker", () => undefined);
  const [connection, subscriber] = [join(), join()];
  const sockets = openTransport();
  const jobs = jobList();
  const closers: (() => void)[] = [];
  let aheadMs = 0;
  let mostPending = Number.MAX_SAFE_INTEGER;
  let lateMs = 0;
  const advance = (ms: number): void => {
    aheadMs += Math.ceil(ms);
    simulators.clock.advance(Math.ceil(ms));
  };
  const transport: ClosingTransport = {
    ...sockets,
    send(request, options) {
      const onWritten = (): void => {
        advance(lateMs);
        options.onWritten?.();
      };
      return sockets.send(request, { ...options, onWritten });
    },
  };
  const storeOptions = (own: Connection): Parameters<typeof openWorkStore>[0] => ({
    connection: own,
    prefix: PREFIX,
    accounts: storedAccounts(intake),
    intentsMs: 3_600_000,
    idempotencyKeysMs: 3_600_000,
    maxPendingTargets: mostPending,
  });
  const unwatched = { through: <T>(_: string, effect: () => Promise<T>): Promise<T> => effect() };
  const judges = watchedConnection(connection, unwatched, () => aheadMs);
  const store = openIntakeStore({ ...storeOptions(judges), subscriber });
  const work = openWorkStore(storeOptions(judges));
  const nowMs = (): number => Date.now() + aheadMs;
  const untilResetMs = (): number => {
    const resets = intake.accounts.flatMap(({ limits }) => dayStarts(limits.resetTimeZone, nowMs(), 1, 2));
    return Math.min(...resets.map((at) => at - nowMs()).filter((ms) => ms > -WINDOW_MS));
  };
  return {
    connection,
    subscriber,
    simulators,
    transport,
    jobs,
    accounts,
    intake,
    store,
    aheadMs: () => aheadMs,
    nowMs,
    advance,
    storeOptions,
    mayHold(pending) {
      mostPending = pending;
    },
    writesLate(ms) {
      lateMs = ms;
    },
    atReset: (each) => void closers.push(each),
    async reset() {
      for (const each of closers.splice(0)) each();
      mostPending = Number.MAX_SAFE_INTEGER;
      lateMs = 0;
      simulators.faults.clear();
      for (const { tasks } of simulators.accounts) tasks.setCompleteMs(0);
      jobs.clear();
      advance(WINDOW_MS);
      if (untilResetMs() < RUN_MS) advance(RUN_MS + WINDOW_MS);
      await connection.flushall();
      for (const { name, limits } of intake.accounts)
        await work.publish(name, limits, { atMs: 1, digest: "one" });
    },
    async close() {
      store.close();
      for (const each of [connection, subscriber]) each.disconnect();
      await transport.close();
      await simulators.close();
      await redis.stop();
    },
  };
}
