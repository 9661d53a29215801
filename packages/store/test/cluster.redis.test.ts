import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, openIntakeStore, openWorkStore } from "../src/index.ts";
import { headOf, legOf, limitsWith, view } from "./bundle.ts";
import { connectCluster, type RedisCluster, startCluster } from "./redis-cluster.ts";
import { accept, counts, polled, seal, urls } from "./steps.ts";

let cluster: RedisCluster;
const open: Connection[] = [];

async function join(): Promise<Connection> {
  const connection = await connectCluster(cluster);
  open.push(connection);
  return connection;
}

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => {
  for (const each of open) each.disconnect();
  await cluster.stop();
});

it("on a Redis Cluster an intent goes from stage to its end, every script in its account's slot", async () => {
  const [connection, subscriber] = [await join(), await join()];
  const now = view(connection, () => subscriber, {}, 0);
  await now.work.publish("ali", limitsWith(), { atMs: 1, digest: "one" });
  const [slot] = await now.stage("int_1", urls(1500), { body: { urls: [] } });
  await now.stage("int_2", urls(1));
  await now.intake.staged("ali", "int_1");
  const sealed = await seal(now, slot);
  expect(sealed.batch.items).toEqual(urls(1000));
  const recorded = await accept(now, sealed);
  const poll = recorded.slots.find(({ kind }) => kind.for === "poll");
  if (poll === undefined) throw new Error("no poll slot");
  const later = view(connection, () => subscriber, {}, 2000);
  const claimed = await later.work.claimPolls(poll, 10);
  if (claimed.kind !== "tasks" || claimed.tasks[0] === undefined) throw new Error(JSON.stringify(claimed));
  const items = await later.work.items("ali", claimed.tasks[0].batch);
  const ended = [...(items ?? []).keys()].map((index) => ({
    index,
    end: "confirmed" as const,
    code: "",
    message: "",
  }));
  const answer = { task: claimed.tasks[0], size: ended.length, ended, next: [], rest: null, seen: polled };
  expect((await later.work.settle("ali", answer)).transitions.targets).toEqual({ confirmed: 1001 });
  expect(await counts(now, "int_1")).toMatchObject({ confirmed: 1000, pending: 500 });
  expect((await now.intake.cancel("int_1")).targets).toBe(500);
  expect(
    (await now.intake.intentIds({ accounts: ["ali"], sinceMs: null, cursor: null, limit: 9 })).items,
  ).toHaveLength(2);
  expect(await now.work.sweep("ali")).toMatchObject({ resent: 0 });
  const round = { calls: ["DescribeRefreshQuota"], everyMs: 60_000, leaseMs: 20_000, atOnce: true };
  expect(await now.work.claimQuota("ali", round)).toEqual({ kind: "ask" });
  const figures = [{ class: "url", limit: 2000, remaining: 500, batch: 39 }];
  const told = { figures, hold: null, seen: { ...polled, call: "DescribeRefreshQuota" }, isLast: true };
  expect(await now.work.settleQuota("ali", told)).toEqual([]);
  expect((await now.intake.accounts())[0]?.quotas[0]).toMatchObject({ limit: 2000, usedElsewhere: 500 });
  expect(await now.intake.idempotency.claim("shop", "k", "b", "int_3")).toMatchObject({ kind: "mine" });
  await now.intake.ping();
});

it("accounts on different masters do not meet, and both wake whoever waits", async () => {
  const [connection, subscriber] = [await join(), await join()];
  const accounts = ["ali", "tencent", "huawei", "video"].map((name) => ({
    name,
    limits: limitsWith(),
    coalesce: { quietMs: 0, maxWaitMs: 0 },
    polls: [],
    keyOf: (_: unknown, text: string) => ({ key: text, domain: "" }),
  }));
  const options = {
    connection,
    prefix: "wide",
    accounts,
    intentsMs: 60_000,
    idempotencyKeysMs: 60_000,
    maxPendingTargets: 10,
  };
  const intake = openIntakeStore({ ...options, subscriber });
  const work = openWorkStore(options);
  for (const { name } of accounts) {
    await work.publish(name, limitsWith(), { atMs: 1, digest: "one" });
    const staged = await intake.stage(headOf("int_1"), { ...legOf(urls(1)), account: name }, null);
    if (staged.kind !== "staged" || staged.slots[0] === undefined) throw new Error(JSON.stringify(staged));
    const taken = await work.take(staged.slots[0]);
    if (taken.kind !== "batch") throw new Error(JSON.stringify(taken));
    const seen = { call: "RefreshObjectCaches", providerDateMs: null, error: null };
    await work.record(staged.slots[0], taken.batch, { do: "finish", rejected: [] }, seen);
  }
  const legs = await intake.legs("int_1");
  expect(legs.map(({ counts: { confirmed } }) => confirmed)).toEqual([1, 1, 1, 1]);
  expect((await intake.accounts()).map(({ account }) => account)).toEqual(accounts.map(({ name }) => name));
  intake.close();
});
