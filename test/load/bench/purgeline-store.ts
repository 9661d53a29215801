import { loadConfig } from "@purgeline/config";
import type { Slot, TakenBatch, Task } from "@purgeline/core";
import { intakeOf, storedAccounts } from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import { openIntakeStore, openWorkStore } from "@purgeline/store";
import type { Redis } from "ioredis";
import type { Contender } from "./contender.ts";

const ACCOUNT = "ali";
const SUBMIT = "RefreshObjectCaches";
const POLL = "DescribeRefreshTaskById";
/** Nothing is in the way but the work itself; all else is as it is for a user of Alibaba. */
const CONFIG = `
accounts:
  - name: ${ACCOUNT}
    provider: alibaba-cdn
    credentials: { accessKeyId: id, accessKeySecret: secret }
    hosts: ["*.example.com"]
    coalesce: { quietMs: 0, maxWaitMs: 0 }
    quota: { url: 1000000000 }
    limits: { lanes: { purge-url: { perDomainPerMinute: 1000000000 } }, calls: { ${SUBMIT}: { perSecond: 10000 } } }
`;
const DAY_MS = 86_400_000;
const LONGEST_BACKLOG = 10_000_000;

interface Taken {
  readonly slot: Slot;
  readonly batch: TakenBatch;
}

/** The store as api and worker use it, call by call, without BullMQ and without a provider. */
export async function purgelineStore(
  connection: Redis,
  subscriber: Redis,
): Promise<Contender & { close(): void }> {
  const loaded = loadConfig(CONFIG, {}, providers);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const accounts = storedAccounts(intakeOf(loaded.config.accounts, providers));
  const options = {
    connection,
    prefix: "bench",
    accounts,
    intentsMs: DAY_MS,
    idempotencyKeysMs: DAY_MS,
    maxPendingTargets: LONGEST_BACKLOG,
  };
  const [account] = accounts;
  if (account === undefined) throw new Error("the bench has no account");
  const intake = openIntakeStore({ ...options, subscriber });
  const work = openWorkStore(options);
  await work.publish(ACCOUNT, account.limits, { atMs: 1, digest: "bench" });
  const slots: Slot[] = [];
  const keep = (minted: readonly Slot[]): void =>
    void slots.push(...minted.filter(({ kind }) => kind.for === "submit"));
  let intents = 0;
  let taken: Taken | undefined;
  async function takeOne(): Promise<Taken> {
    for (let slot = slots.shift(); slot !== undefined; slot = slots.shift()) {
      const took = await work.take(slot);
      if (took.kind === "end") continue;
      if (took.kind !== "batch") throw new Error(`the store waits: ${JSON.stringify(took)}`);
      keep(took.slots);
      return { slot, batch: took.batch };
    }
    // None has asked for so long that all have lapsed.
    const { lapsed } = await work.sweep(ACCOUNT);
    keep(await work.renew(ACCOUNT, [], lapsed));
    if (slots.length === 0) throw new Error("the store has no slot left");
    return takeOne();
  }
  const current = () => {
    if (taken === undefined) throw new Error("nothing has been taken");
    return taken;
  };
  return {
    name: "Purgeline",
    async stage(urls) {
      intents += 1;
      const head = {
        id: `int_${intents}`,
        op: "purge",
        priority: "normal",
        labels: {},
        createdBy: "shop",
        accounts: [ACCOUNT],
        hosts: null,
        notBeforeMs: null,
      } as const;
      const targets = urls.map((text) => ({ text, ...account.keyOf("purge-url", text) }));
      const leg = {
        account: ACCOUNT,
        lanes: [{ lane: "purge-url", options: {}, targets }],
        duplicates: 0,
      } as const;
      const staged = await intake.stage(head, leg, null);
      if (staged.kind !== "staged") throw new Error(`the store refused: ${staged.pending} are pending`);
      keep(staged.slots);
    },
    steps: {
      async take() {
        taken = await takeOne();
      },
      async record() {
        const { slot, batch } = current();
        const seen = { call: SUBMIT, providerDateMs: null, error: null };
        const task: Task = { call: POLL, id: batch.id };
        const verdict = { do: "accept", tasks: [task], pollInMs: 0, rejected: [] } as const;
        const recorded = await work.record(slot, batch, verdict, seen);
        keep(recorded.slots);
      },
      async settle() {
        const { batch } = current();
        const ended = batch.items.map(
          (_, index) => ({ index, end: "confirmed", code: "", message: "" }) as const,
        );
        const seen = { call: POLL, providerDateMs: null, error: null };
        const ref = `${batch.id.slice(batch.id.lastIndexOf("_") + 1)}.1`;
        const task = {
          ref,
          batch: batch.id,
          task: { call: POLL, id: batch.id },
          lane: batch.lane,
          acceptedAgeMs: 0,
          isFirst: true,
        };
        const answer = { task, size: batch.items.length, ended, next: [], rest: null, seen };
        const settled = await work.settle(ACCOUNT, answer);
        if (settled.transitions.targets.confirmed !== batch.items.length)
          throw new Error(
            `the store settled ${JSON.stringify(settled.transitions.targets)} of ${batch.items.length}`,
          );
      },
    },
    close: intake.close,
  };
}
