import { randomBytes } from "node:crypto";
import type { Callback, Clock, Json, Slot, SlotEnd } from "@purgeline/core";
import {
  type Admitted,
  admitIntent,
  cancelIntent,
  followQuota,
  newIntentId,
  poll,
  readmitIntent,
  rememberItems,
  rescue,
  resumeAccount,
  retryIntent,
  submit,
  Turns,
  takeCallback,
  type WorkEvents,
  type WorkPorts,
} from "@purgeline/engine";
import { openIntakeStore, openWorkStore } from "@purgeline/store";
import {
  asVerb,
  named,
  type Outside,
  outside,
  type Visit,
  watchedConnection,
  watchedQueue,
  watchedTransport,
} from "./outside.ts";
import type { World } from "./world.ts";

/** Every verb of the engine as one process runs it; all that it does passes its `outside`. */
export interface Process {
  readonly outside: Outside;
  /** Why it sent again what may have been applied, a cause for each target. */
  readonly resends: readonly string[];
  /** What its verbs threw. */
  readonly faults: readonly unknown[];
  admit(body: Json, key: string | null): Promise<Admitted>;
  cancel(intentId: string): Promise<number>;
  retry(intentId: string): Promise<number>;
  resume(account: string): Promise<void>;
  takeCallback(account: string, callback: Callback): Promise<unknown>;
  /** One round of the loop in which each worker asks for its accounts' quota; the first of a process is at once. */
  followQuota(account: string): Promise<unknown>;
  rescue(account: string): Promise<void>;
  /** A job's slot, from its start to the job's end. */
  work(slot: Slot): Promise<void>;
}

export const PRODUCER = { name: "shop", rights: null };
/** As packages/queue delays a job whose handler threw. */
const FAULT_DELAY_MS = 3000;

export function startProcess(world: World, visit: Visit): Process {
  const out = outside(visit);
  const resends: string[] = [];
  const faults: unknown[] = [];
  const connection = watchedConnection(world.connection, out, world.aheadMs);
  const options = world.storeOptions(connection);
  const intakeStore = openIntakeStore({ ...options, subscriber: world.subscriber });
  world.atReset(() => intakeStore.close());
  const store = named(intakeStore, "store");
  const queue = named(watchedQueue(world.jobs, out), "queue");
  const admitPorts = {
    store,
    queue,
    intake: world.intake,
    newId: newIntentId,
    onSetback: (_step: string, _intentId: string, error: unknown) => void faults.push(error),
  };
  const ports: WorkPorts = {
    store: named(openWorkStore(options), "store"),
    queue,
    transport: named(watchedTransport(world.transport, out), "transport"),
    clock: named(clockOf(world, out), "clock"),
    chance: { nonce: () => randomBytes(16).toString("hex"), unit: () => 0.5 },
    events: eventsInto(resends, faults),
    // What a process remembers of an account hangs on the object, and dies with it.
    accounts: new Map(world.intake.accounts.map((each) => [each.name, { ...each }])),
    stopping: new AbortController().signal,
  };
  const asked = new Set<string>();
  const turns = new Turns();
  const items = rememberItems(ports.store);
  const show = (): Promise<void> => out.through("job.show", async () => undefined);
  const runSlot = (slot: Slot): Promise<SlotEnd> =>
    slot.kind.for === "submit"
      ? submit(slot, turns, items, ports, show)
      : poll(slot, turns, items, ports, show);
  return {
    outside: out,
    resends,
    faults,
    admit: (body, key) => asVerb("admit", () => admitIntent(body, PRODUCER, key, admitPorts)),
    cancel: (id) => asVerb("cancel", () => cancelIntent(id, admitPorts)),
    retry: (id) => asVerb("retry", () => retryIntent(id, admitPorts)),
    resume: (account) => asVerb("resume", () => resumeAccount(account, admitPorts)),
    takeCallback(name, callback) {
      const account = world.intake.accounts.find((each) => each.name === name);
      if (account === undefined) throw new Error(`no account ${name}`);
      return asVerb("callback", () => takeCallback(account, callback, admitPorts));
    },
    followQuota(name) {
      const account = ports.accounts.get(name);
      if (account === undefined) throw new Error(`no account ${name}`);
      const isStart = !asked.has(name);
      asked.add(name);
      return asVerb("quota", () => followQuota(account, isStart, ports));
    },
    rescue: (account) =>
      asVerb("rescue", () =>
        rescue(account, async (intent) => void (await readmitIntent(intent, admitPorts)), ports).catch(
          (error) => {
            faults.push(error);
          },
        ),
      ),
    work: (slot) =>
      asVerb(slot.kind.for, async () => {
        const end = await runSlot(slot).catch((error: unknown): SlotEnd => {
          faults.push(error);
          return { kind: "later", delayMs: FAULT_DELAY_MS };
        });
        await out.through("job.end", async () => world.jobs.ended(slot, end, world.nowMs()));
      }),
  };
}

/** Whoever sleeps moves the time for everybody: nothing else happens meanwhile. */
function clockOf(world: World, out: Outside): Clock {
  return {
    now: world.nowMs,
    monotonic: () => performance.now() + world.aheadMs(),
    sleep: (ms) => out.through("clock.sleep", async () => world.advance(ms)),
  };
}

function eventsInto(resends: string[], faults: unknown[]): WorkEvents {
  const nothing = (): void => undefined;
  return {
    sent: nothing,
    resent: ({ items }, cause) => void resends.push(...items.map(() => cause)),
    adopted: nothing,
    retried: nothing,
    polled: nothing,
    late: nothing,
    moved: nothing,
    quotaAsked: nothing,
    quotaSpent: nothing,
    stopped: nothing,
    rescued: nothing,
    unqueued: (_slots, error) => void faults.push(error),
    rolledUp: nothing,
    turned: nothing,
  };
}
