import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, openIntakeStore, openWorkStore } from "../src/index.ts";
import { loadScript } from "../src/script.ts";
import { headOf, legOf, limitsWith, view } from "./bundle.ts";
import { listening, runEveryScript, type ScriptCall } from "./every-script.ts";
import { connectCluster, type RedisCluster, startCluster } from "./redis-cluster.ts";
import { declaredKeys, headerOf, names, textOf } from "./script-texts.ts";
import { counts, urls } from "./steps.ts";

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

it("on a Redis Cluster every script runs, and all keys that it is told of and makes are in its account's slot", async () => {
  const [connection, subscriber] = [await join(), await join()];
  const calls: ScriptCall[] = [];
  const spied = listening(connection, calls);
  const now = view(spied, () => subscriber, {}, undefined);
  await runEveryScript(
    now,
    view(spied, () => subscriber, {}, 2000),
    spied,
  );
  expect(await counts(now, "int_1")).toMatchObject({ confirmed: 999, failed: 1, cancelled: 500 });
  const shas = new Set(calls.map(({ sha }) => sha));
  expect(names.filter((name) => !shas.has(loadScript(name).sha))).toEqual([]);
  const slotOf = (key: string): Promise<unknown> => cluster.slotOf(key);
  const slot = await slotOf("t:{ali}:");
  for (const key of new Set(names.flatMap((name) => declaredKeys(headerOf(textOf(name))))))
    expect(await slotOf(`t:{ali}:${key}`), key).toBe(slot);
  const keys = await cluster.keys();
  const own = keys.filter((each) => each.key.startsWith("t:{ali}:"));
  expect(new Set(own.map(({ server }) => server)).size).toBe(1);
  for (const { key } of own) expect(await slotOf(key), key).toBe(slot);
  expect(
    keys
      .filter(({ key }) => !key.startsWith("t:{ali}:"))
      .map(({ key }) => key)
      .sort(),
  ).toEqual(["t:store", "t:{idempotency:shop:k}"]);
  const intents = await now.intake.intentIds({ accounts: ["ali"], sinceMs: null, cursor: null, limit: 9 });
  expect(intents.items).toHaveLength(4);
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
