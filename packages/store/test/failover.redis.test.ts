import { type RedisServer, startRedis, stoppedClock } from "@purgeline/testkit";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Connection, connect } from "../src/index.ts";
import { CALL, limitsWith, type View, view } from "./bundle.ts";
import { counts, finish, rescue, SUBMIT, seal, urls, waits } from "./steps.ts";

const usual = limitsWith();
const limits = {
  ...usual,
  calls: { ...usual.calls, [SUBMIT]: { ...CALL, perSecond: 2, perMinute: null } },
};

/** A replica's first copy takes its time where the machine is busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let first: RedisServer;
let second: RedisServer;
let nowMs = 0;
const open: Connection[] = [];

/** A process that begins now, its clock ahead by so many ms. */
function viewOf(redis: RedisServer, skewMs = 0): View {
  const join = (): Connection => {
    const made = connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
    open.push(made);
    return made;
  };
  const still = stoppedClock(join(), (skew) => nowMs + skew);
  return view(still, join, { limits }, skewMs);
}

async function commanded<T>(redis: RedisServer, give: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url);
  client.on("error", () => undefined);
  try {
    return await give(client);
  } finally {
    client.disconnect();
  }
}

/** What reaches the first server from now on never reaches the second, which takes its place. */
async function promoteSecond(): Promise<void> {
  await commanded(first, async (client) => {
    await client.set("t:mark", "1");
    await client.wait(1, 0);
  });
  await commanded(second, (client) => client.replicaof("NO", "ONE"));
}

beforeEach(async () => {
  nowMs = Date.now();
  first = await startRedis({ appendfsync: "always", config: { "repl-diskless-sync-delay": "0" } });
  second = await startRedis();
  await commanded(second, (client) => client.replicaof("127.0.0.1", String(first.port)));
  await viewOf(first).work.publish("ali", limits, { atMs: 1, digest: "one" });
});
afterEach(async () => {
  for (const each of open.splice(0)) each.disconnect();
  await first.stop();
  await second.stop();
});

describe("a replica that takes its master's place and lacks the last writes", () => {
  it("gives no number of what was lost again, so that nothing is taken for something else", async () => {
    const before = viewOf(first);
    await finish(before, await seal(before, (await before.stage("int_1", urls(1)))[0]));
    await promoteSecond();
    const [slot] = await before.stage("int_2", urls(1, "lost.example.com"));
    const lost = await seal(before, slot);
    const after = viewOf(second);
    const { waitMs } = await waits(after, (await after.stage("int_3", urls(1, "new.example.com")))[0]);
    const later = viewOf(second, waitMs);
    const sealed = await seal(later, (await rescue(viewOf(second, 25_000)))[0]);
    expect(sealed.batch.items).toEqual(urls(1, "new.example.com"));
    expect([sealed.batch.id, sealed.slot.id]).not.toEqual([lost.batch.id, lost.slot.id]);
    expect(await finish(later, lost)).toMatchObject({ applied: false });
    expect(await counts(later, "int_3")).toMatchObject({ sealed: 1, confirmed: 0 });
  });

  it("waits out a window, though new stagings have made up for the clock that was lost", async () => {
    const before = viewOf(first);
    await promoteSecond();
    while ((await before.work.permit("ali", SUBMIT, null)).waitMs === 0);
    const after = viewOf(second);
    for (const at of [1, 2, 3, 4, 5]) await after.stage(`int_${at}`, urls(1));
    expect((await after.work.permit("ali", SUBMIT, null)).waitMs).toBeGreaterThan(1000);
    expect((await viewOf(second, 1025).work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  });
});

it("a server that comes back gives no number again, and has nothing waited out", async () => {
  const before = viewOf(first);
  const sealed = await seal(before, (await before.stage("int_1", urls(1)))[0]);
  await finish(before, sealed);
  await first.kill();
  await first.restart();
  const after = viewOf(first);
  const next = await seal(after, (await after.stage("int_2", urls(1)))[0]);
  const numberOf = (id: string): number => Number(id.split("_").at(-1));
  expect(numberOf(next.batch.id)).toBeGreaterThan(numberOf(sealed.batch.id) + 1_000);
});
