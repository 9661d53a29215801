import { loadConfig } from "@purgeline/config";
import { effectiveLimits, type Json, type Limits, type Slot, type WorkStore } from "@purgeline/core";
import {
  admitIntent,
  followQuota,
  intakeOf,
  newIntentId,
  poll,
  receiptOf,
  rememberItems,
  rescue,
  storedAccounts,
  submit,
  Turns,
  type WorkEvents,
  type WorkPorts,
} from "@purgeline/engine";
import { openTransport } from "@purgeline/http";
import { providers } from "@purgeline/providers";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import { type Connection, connect, openIntakeStore, openWorkStore } from "@purgeline/store";
import { startRedis, stoppedClock } from "@purgeline/testkit";
import type { Receipt } from "./service.ts";

export interface VirtualDays {
  readonly simulators: Simulators;
  /** Moves the clocks of store, worker and provider there, and does all that is to be done by then. */
  to(ms: number): Promise<void>;
  post(body: Json): Promise<string>;
  receipt(id: string): Promise<Receipt>;
  close(): Promise<void>;
}

/**
 * What a worker does, one step after another, on a clock that stands still but where the test or a wait moves it; real
 * Redis, store, HTTP and simulators.
 */
export async function virtualDays(
  accountsYaml: string,
  options: {
    readonly startMs: number;
    /** What the provider's clock is ahead of ours. */
    readonly providerAheadMs: () => number;
    readonly played: (account: string, limits: Limits) => Limits;
  },
): Promise<VirtualDays> {
  const beganMs = Date.now();
  // Of the days, against when this began: all that a slow machine takes is no time.
  let aheadMs = options.startMs - beganMs;
  const nowMs = (): number => beganMs + aheadMs;
  const loaded = loadConfig(accountsYaml, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const simulators = await startSimulators(
    loaded.config.accounts.map(({ settings, overrides }) => {
      const provider = providers.get(settings.provider);
      if (provider === undefined) throw new Error(settings.provider);
      const limits = effectiveLimits(provider.table(settings), overrides);
      return { settings, limits: options.played(settings.name, limits) };
    }),
    {
      completeMs: 1_000,
      time: {
        clock: {
          nowMs: () => nowMs() + options.providerAheadMs(),
          monotonicMs: nowMs,
          advance: () => undefined,
        },
        loop: { sinceTurnMs: () => 0, close: () => undefined },
      },
    },
  );
  const redis = await startRedis();
  const accounts = loaded.config.accounts.map((account) => ({
    ...account,
    settings: simulators.settingsOf(account.settings.name),
  }));
  const intake = intakeOf(accounts, providers);
  const open: Connection[] = [];
  const join = (): Connection => {
    const made = connect({ kind: "socket", path: redis.path, prefix: "d" }, "worker", () => undefined);
    open.push(made);
    return made;
  };
  const shared = {
    connection: stoppedClock(join(), (skewMs) => beganMs + skewMs),
    prefix: "d",
    accounts: storedAccounts(intake),
    intentsMs: 1_000_000_000,
    idempotencyKeysMs: 60_000,
    maxPendingTargets: 100_000,
  };
  const subscriber = join();
  const producers = () => openIntakeStore({ ...shared, subscriber, skewMs: aheadMs });
  // A store has one skew for good: there is another one whenever the clock was moved.
  let worker = { aheadMs, store: openWorkStore({ ...shared, skewMs: aheadMs }) };
  const workStore = (): WorkStore => {
    if (worker.aheadMs !== aheadMs)
      worker = { aheadMs, store: openWorkStore({ ...shared, skewMs: aheadMs }) };
    return worker.store;
  };
  const store = new Proxy({} as WorkStore, {
    get: (_, name) => Reflect.get(workStore(), name),
  });
  for (const { name, limits } of intake.accounts)
    await store.publish(name, limits, { atMs: 0, digest: "days" });

  const jobs = new Map<string, { readonly slot: Slot; readonly dueMs: number }>();
  const queue = {
    add: async (slots: readonly Slot[]) => {
      for (const slot of slots) if (!jobs.has(slot.id)) jobs.set(slot.id, { slot, dueMs: 0 });
    },
    lost: async (slots: readonly Slot[]) => slots.filter(({ id }) => !jobs.has(id)),
  };
  const transport = openTransport();
  const ports: WorkPorts = {
    store,
    queue,
    transport,
    clock: {
      now: nowMs,
      monotonic: nowMs,
      sleep: async (ms) => {
        aheadMs += ms;
      },
    },
    chance: { nonce: () => crypto.randomUUID().replaceAll("-", ""), unit: () => 0.5 },
    events: new Proxy({} as WorkEvents, { get: () => () => undefined }),
    accounts: new Map(
      intake.accounts.map(({ name, account, provider, limits }) => [name, { account, provider, limits }]),
    ),
    stopping: new AbortController().signal,
  };
  const turns = new Turns();
  const items = rememberItems(store);
  const show = async (): Promise<void> => undefined;

  /** A job has run: it has ended, or comes again. */
  async function run(slot: Slot): Promise<void> {
    const work =
      slot.kind.for === "submit"
        ? submit(slot, turns, items, ports, show)
        : poll(slot, turns, items, ports, show);
    const end = await work;
    jobs.delete(slot.id);
    if (end.kind === "later") jobs.set(slot.id, { slot, dueMs: nowMs() + end.delayMs });
  }

  async function work(): Promise<void> {
    for (const [name, account] of ports.accounts) {
      await followQuota(account, false, ports);
      await rescue(name, async () => undefined, ports);
    }
    for (;;) {
      const due = [...jobs.values()].find(({ dueMs }) => dueMs <= nowMs());
      if (due === undefined) return;
      await run(due.slot);
    }
  }

  return {
    simulators,
    async to(ms) {
      aheadMs += Math.max(0, ms - nowMs());
      // What the first round mints or wakes is done in the second.
      await work();
      await work();
    },
    async post(body) {
      const intakeStore = producers();
      const admitted = await admitIntent(body, { name: "test", rights: null }, null, {
        store: intakeStore,
        queue,
        intake,
        newId: newIntentId,
        onSetback: () => undefined,
      });
      intakeStore.close();
      if (admitted.kind !== "accepted") throw new Error(JSON.stringify(admitted));
      return admitted.plan.head.id;
    },
    async receipt(id) {
      const intakeStore = producers();
      const [first, ...rest] = await intakeStore.legs(id);
      intakeStore.close();
      if (first === undefined) throw new Error(`no intent ${id}`);
      return receiptOf([first, ...rest]) as unknown as Receipt;
    },
    async close() {
      await transport.close();
      await simulators.close();
      for (const each of open) each.disconnect();
      await redis.stop();
    },
  };
}
