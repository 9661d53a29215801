import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, type View } from "./bundle.ts";
import { jitter, limitsAt, mostIn, saturate } from "./gate-time.ts";
import { processIn, type World } from "./settable-clock.ts";
import { accept, finish, POLL, polled, SUBMIT, seal, seen, urls } from "./steps.ts";

const HOUR_MS = 3_600_000;
const SECOND = limitsAt({ perSecond: 50, perMinute: null });

let store: Bundle;
let world: World;
beforeEach(async () => {
  store = await bundle({ limits: SECOND });
  world = { atMs: store.nowMs, redisMs: 0, lateMs: 0, answerLateMs: 0 };
});
afterEach(() => store.close());

const process = (): Promise<View> => processIn(store, world, { limits: SECOND });

function saturating(...processes: readonly View[]) {
  const from = world.atMs;
  let asked = 0;
  return {
    now: () => world.atMs - from,
    async permit(): Promise<number> {
      asked += 1;
      const work = processes[asked % processes.length]?.work;
      return (await work?.permit("ali", SUBMIT, null))?.waitMs ?? 0;
    },
    sleep(ms: number): void {
      world.atMs += ms;
    },
  };
}

async function shiftMs(): Promise<number> {
  return Number(await store.connection.hget("t:{ali}:account", "shiftMs"));
}

describe.each([
  ["an hour ahead", HOUR_MS],
  ["an hour back", -HOUR_MS],
  ["three days ahead", 72 * HOUR_MS],
  ["a second ahead", 1000],
  ["a second back", -1000],
])("Redis's clock, set %s", (_, byMs) => {
  it("lets no call through too early, and holds none up", async () => {
    const time = saturating(await process(), await process());
    const before = await saturate(time, 5300, jitter);
    world.redisMs += byMs;
    const grants = [...before, ...(await saturate(time, 10_000, jitter))];
    expect(mostIn(grants, 1000)).toBeLessThanOrEqual(50);
    expect(grants.length).toBeGreaterThanOrEqual(0.97 * 50 * 15.3);
    expect(await shiftMs()).toBe(-byMs);
  });

  it("moves no instant that something waits for", async () => {
    const one = await process();
    const sealed = await seal(one, (await one.stage("int_1", urls(3)))[0]);
    const [poll] = (await accept(one, sealed)).slots.filter(({ kind }) => kind.for === "poll");
    await one.work.putOff(
      "ali",
      [],
      0,
      { scope: "call", why: "throttled", ms: 4000 },
      { ...polled, call: SUBMIT },
    );
    world.redisMs += byMs;
    expect((await one.work.sweep("ali")).lapsed).toEqual([]);
    if (poll === undefined) throw new Error("no poll slot");
    const early = await one.work.claimPolls(poll, 10);
    expect(early).toMatchObject({ kind: "wait" });
    expect(early.kind === "wait" && early.waitMs).toBeLessThanOrEqual(1500);
    expect((await one.work.permit("ali", SUBMIT, null)).waitMs).toBe(4000);
    world.atMs += 4000;
    expect(await one.work.claimPolls(poll, 10)).toMatchObject({ kind: "tasks" });
    expect((await one.work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  });

  it("leaves what was accepted and what has ended the times that people were shown", async () => {
    const one = await process();
    await finish(one, await seal(one, (await one.stage("int_1", urls(1)))[0]));
    const page = { accounts: ["ali"], cursor: null, sinceMs: null };
    const [slot] = await one.stage("int_2", urls(1, "b.example.com"));
    world.atMs += 10;
    for (const id of ["int_3", "int_4"]) await one.stage(id, urls(1));
    const first = await one.intake.intentIds({ ...page, limit: 2 });
    const shownAtMs = async (id: string) => {
      const [leg] = await one.intake.legs(id);
      return { created: leg?.createdAtMs, finished: leg?.finishedAtMs };
    };
    world.redisMs += byMs;
    await one.work.sweep("ali");
    world.atMs += 1000;
    expect(await shownAtMs("int_1")).toEqual({ created: store.nowMs, finished: store.nowMs });
    const rest = await one.intake.intentIds({ ...page, limit: 9, cursor: first.nextCursor });
    expect([...first.items, ...rest.items]).toEqual(["int_4", "int_3", "int_2", "int_1"]);
    const since = async (ms: number) =>
      (await one.intake.intentIds({ ...page, limit: 9, sinceMs: ms })).items.length;
    expect([await since(store.nowMs + 10), await since(store.nowMs + 11)]).toEqual([2, 0]);
    await finish(one, await seal(one, slot));
    expect(await shownAtMs("int_4")).toEqual({
      created: store.nowMs + 10,
      finished: world.atMs + world.redisMs,
    });
  });

  it("shows people its own time, whatever the account goes by", async () => {
    const one = await process();
    world.redisMs += byMs;
    await one.work.sweep("ali");
    world.atMs += 1000;
    const shownMs = world.atMs + byMs;
    const [slot] = await one.stage("int_1", urls(1));
    const [leg] = await one.intake.legs("int_1");
    expect(leg?.createdAtMs).toBe(shownMs);
    if (slot === undefined) throw new Error("no slot");
    await one.work.putOff("ali", [], 0, { scope: "call", why: "throttled", ms: 4000 }, seen);
    expect(await one.work.take(slot)).toMatchObject({
      why: { untilMs: shownMs + 4000 },
      oldestAtMs: shownMs,
    });
    world.atMs += 4000;
    const sealed = await seal(one, slot);
    expect(sealed.batch.sealedAtMs).toBe(shownMs + 4000);
    const { legs } = (await finish(one, sealed)).transitions;
    expect(legs.at(-1)).toMatchObject({ sinceAcceptedMs: 4000 });
    await one.work.putOff("ali", [], 0, { scope: "account", reason: "Bad", probeInMs: 9000 }, polled);
    const [account] = await one.intake.accounts();
    expect(account?.stopped).toMatchObject({
      sinceMs: shownMs + 4000,
      probeAtMs: shownMs + 13_000,
    });
  });

  it("leaves what is held its own instant, by Redis's clock", async () => {
    const one = await process();
    const notBeforeMs = world.atMs + 2 * HOUR_MS;
    await one.stage("int_1", urls(1), { notBeforeMs, body: { urls: [] } });
    world.redisMs += byMs;
    const handedOut = async () => (await one.work.sweep("ali")).unstaged.map(({ intentId }) => intentId);
    const dueAtMs = notBeforeMs - byMs;
    if (dueAtMs > world.atMs) {
      expect(await handedOut()).toEqual([]);
      world.atMs = dueAtMs - 1;
      expect(await handedOut()).toEqual([]);
      world.atMs = dueAtMs;
    }
    expect(await handedOut()).toEqual(["int_1"]);
  });

  it("is made up for once, by whichever of many processes sees it first", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, process));
    world.redisMs += byMs;
    await Promise.all(all.flatMap(({ work }) => [work.sweep("ali"), work.permit("ali", POLL, null)]));
    expect(await shiftMs()).toBe(-byMs);
  });

  it("is made up for by those who saw it before, and not once more by who came after", async () => {
    const old = await process();
    world.redisMs += byMs;
    const young = await process();
    expect(await shiftMs()).toBe(0);
    for (const each of [old, young, old]) {
      await each.work.sweep("ali");
      expect(await shiftMs()).toBe(-byMs);
    }
  });
});

it("a Redis that is slow, or was stopped, is not taken for one whose clock was set", async () => {
  world.answerLateMs = 30_000;
  const one = await process();
  for (const lateMs of [300, 30_000, HOUR_MS]) {
    world.lateMs = lateMs;
    expect((await one.work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  }
  expect(await shiftMs()).toBe(0);
  expect(await store.connection.llen(`t:{ali}:gate:${SUBMIT}`)).toBe(1);
});

it("a process that had nothing to do for a day trusts its own clock no more than clocks deserve", async () => {
  const one = await process();
  world.atMs += 24 * HOUR_MS;
  world.redisMs += 600_000;
  await one.work.sweep("ali");
  expect(await shiftMs()).toBe(0);
});

it("around a reset nobody knows the provider's day until its next answer, since the server may have slept", async () => {
  const one = await process();
  await one.work.putOff("ali", [], 0, null, { ...polled, providerDateMs: world.atMs });
  world.redisMs += 14 * HOUR_MS;
  await seal(one, (await one.stage("int_1", urls(3)))[0]);
  const days = async () => String(await store.connection.hget("t:{ali}:batch:1", "qDays")).split(",");
  expect(await days()).toHaveLength(2);
  await one.work.putOff("ali", [], 0, null, { ...polled, providerDateMs: world.atMs });
  expect(await store.connection.hget("t:{ali}:account", "skewDoubtMs")).toBe("0");
});

it("a small step leaves the doubt that a large one has put, until the provider's next answer", async () => {
  const one = await process();
  for (const byMs of [8 * HOUR_MS, 1000, -2000]) {
    world.redisMs += byMs;
    await one.work.sweep("ali");
  }
  const doubtMs = () => store.connection.hget("t:{ali}:account", "skewDoubtMs");
  expect(Number(await doubtMs())).toBe(8 * HOUR_MS + 3000);
  await one.work.putOff("ali", [], 0, null, { ...polled, providerDateMs: world.atMs });
  expect(await doubtMs()).toBe("0");
});
