import { type RedisServer, startRedis } from "@purgeline/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  type Connection,
  connect,
  type Joining,
  joinStore,
  type Membership,
  NewerData,
} from "../src/index.ts";

let redis: RedisServer;
let connection: Connection;
beforeAll(async () => {
  redis = await startRedis();
  connection = connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
  await connection.ping();
});
const members: Membership[] = [];
afterEach(async () => {
  for (const member of members.splice(0)) member.leave();
  await connection.flushall();
});
afterAll(async () => {
  connection.disconnect();
  await redis.stop();
});

async function join(more: Partial<Joining> = {}): Promise<Membership> {
  const said: Joining = {
    connection,
    prefix: "t",
    configuredAtMs: 1,
    accounts: [],
    onDiffer: () => undefined,
  };
  const member = await joinStore({ ...said, ...more });
  members.push(member);
  return member;
}

/** As a program of another version leaves it. */
async function data(schema: number, compatibleSince: number): Promise<void> {
  await connection.hset("t:store", { schema, compatibleSince });
}

async function record(): Promise<Record<string, string>> {
  return await connection.hgetall("t:store");
}

/** Its server closes the connection, and it is made anew. */
async function reconnect(): Promise<void> {
  const ready = new Promise((resolve) => connection.once("ready", resolve));
  connection.disconnect(true);
  await ready;
}

const ali = (text: string) => [{ name: "ali", description: { text } }];

it("the first program writes down the schema of its data, and a second one of the same agrees", async () => {
  await (await join()).joined;
  expect(await record()).toEqual({ schema: "1", compatibleSince: "1" });
  await (await join()).joined;
  expect(await record()).toEqual({ schema: "1", compatibleSince: "1" });
});

it("data that only newer programs can read refuse this one, and it has changed nothing", async () => {
  await data(9, 2);
  const refused = join({ accounts: ali("old") });
  await expect(refused).rejects.toThrow(NewerData);
  await expect(refused).rejects.toThrow(
    'under the prefix "t" have schema 9, which programs read that know 2 or more; this one knows 1. Deploy the version',
  );
  expect(await record()).toEqual({ schema: "9", compatibleSince: "2" });
});

it("data of a newer schema that this program can still read take it, and keep their number", async () => {
  await data(9, 1);
  await (await join()).joined;
  expect(await record()).toEqual({ schema: "9", compatibleSince: "1" });
});

it("data of an older schema get this program's number, and never a lower bound than they had", async () => {
  await data(0, 0);
  await join();
  expect(await record()).toEqual({ schema: "1", compatibleSince: "1" });
});

it("a program is refused when its data become too new while it runs", async () => {
  const member = await join();
  await data(9, 9);
  await reconnect();
  await expect(member.refused).rejects.toThrow(NewerData);
});

it("without Redis a program may start, and is refused when Redis comes with newer data", async () => {
  await data(9, 9);
  const late = connect({ kind: "socket", path: redis.path, prefix: "t" }, "request", () => undefined);
  const member = await join({ connection: late });
  await expect(member.joined).rejects.toThrow(NewerData);
  await expect(member.refused).rejects.toThrow(NewerData);
  late.disconnect();
});

it("what the newest configuration says of an account stays, and an older one that differs is told, once", async () => {
  const told: string[] = [];
  await join({ configuredAtMs: 5, accounts: ali("new") });
  const older = { configuredAtMs: 4, onDiffer: (account: string) => void told.push(account) };
  const member = await join({ ...older, accounts: ali("old") });
  await join({ ...older, accounts: ali("new") });
  await reconnect();
  await member.joined;
  expect(told).toEqual(["ali"]);
  expect(await record()).toMatchObject({ "account:ali": '{"text":"new"}', "at:ali": "5" });
  await join({ configuredAtMs: 6, accounts: ali("newest") });
  expect(await record()).toMatchObject({ "account:ali": '{"text":"newest"}', "at:ali": "6" });
});

it("a program is told when the store is new, and when Redis has lost it", async () => {
  const lost = Promise.withResolvers<void>();
  let times = 0;
  await join({
    onNew() {
      times += 1;
      if (times === 2) lost.resolve();
    },
  });
  await reconnect();
  expect(times).toBe(1);
  await connection.flushall();
  await reconnect();
  await lost.promise;
});
