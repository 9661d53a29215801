import type { Limits, Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import { MORNING_MS } from "./changes.ts";
import { processIn, setRedisClock, type World } from "./settable-clock.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { finish, keys, record, type Sealed, SUBMIT, urls } from "./steps.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const A = "a.example.com";
const throttled: Verdict = {
  do: "retry",
  inMs: MINUTE_MS,
  resend: null,
  hold: { scope: "domains", ms: MINUTE_MS },
};

let store: Bundle;
let world: World;
let one: View;
let box: SlotBox;
afterEach(() => store.close());

async function open(limits: Limits, nowMs = MORNING_MS): Promise<void> {
  store = await bundle({ limits, nowMs });
  world = { atMs: store.nowMs, redisMs: 0, lateMs: 0, answerLateMs: 0 };
  one = await processIn(store, world, { limits });
  box = slotBox(one);
}

async function sealed(): Promise<Sealed> {
  const taken = await box.take(one);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  return taken.sealed;
}

/** What is taken now that another clock is Redis's. */
async function takenAfter(byMs: number) {
  await setRedisClock(store, world, byMs);
  await box.rescue(one);
  return await box.take(one);
}

describe.each([
  ["six days ahead", 6 * DAY_MS],
  ["thirty days ahead", 30 * DAY_MS],
  ["six days back", -6 * DAY_MS],
  ["thirty days back", -30 * DAY_MS],
])("Redis's clock, set %s and then as it was,", (_, byMs) => {
  it("makes no room in the day's quota", async () => {
    await open(limitsWith({ batch: 2 }, 5));
    await box.stage("int_1", urls(9));
    await box.answer(finish(one, await sealed()));
    await sealed();
    const last = await takenAfter(byMs);
    expect(last).toMatchObject({ kind: "batch", sealed: { batch: { items: { length: 1 } } } });
    expect(await takenAfter(-byMs)).toMatchObject({ kind: "wait", why: { reason: "quota" } });
    const [account] = await one.intake.accounts();
    const quota = account?.quotas.find((each) => each.class === "url");
    expect(quota).toMatchObject({ used: 2, reserved: 3 });
  });

  it("makes no room in a domain's minute, and leaves nothing of it for longer", async () => {
    await open(limitsWith({ batch: 2, perDomainPerMinute: 3 }));
    await box.stage("int_1", urls(9));
    await box.answer(finish(one, await sealed()));
    const last = await takenAfter(byMs);
    expect(last).toMatchObject({ kind: "batch", sealed: { batch: { items: { length: 1 } } } });
    if (last.kind === "batch") await box.answer(finish(one, last.sealed));
    expect(await takenAfter(-byMs)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    world.atMs += 63_000;
    await box.rescue(one);
    expect(await keys(store, "t:{ali}:window*")).toEqual([]);
    expect((await sealed()).batch.items).toHaveLength(2);
  });

  it("does not let a domain go that the provider throttles, and leaves nothing of it for longer", async () => {
    await open(limitsWith({ batch: 2 }));
    await box.stage("int_1", urls(3, A));
    await box.answer(record(one, await sealed(), throttled));
    expect(await takenAfter(byMs)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    expect(await takenAfter(-byMs)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    world.atMs += MINUTE_MS;
    await box.rescue(one);
    expect(await keys(store, `t:{ali}:hold:${SUBMIT}:domains`)).toEqual([]);
    expect((await sealed()).batch.items).toEqual(urls(2, A));
  });

  it("keeps no key that rests from being sent again", async () => {
    await open(limitsWith({ resendAfterMs: 2000 }));
    await box.stage("int_1", urls(2));
    await box.answer(finish(one, await sealed()));
    await box.stage("int_2", urls(2));
    expect(await takenAfter(byMs)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    world.atMs += 2000;
    await box.rescue(one);
    expect((await sealed()).batch.items).toEqual(urls(2));
  });
});

describe("a domain's minute", () => {
  it("counts what is sent after the last one was over, and was not looked through yet", async () => {
    await open(limitsWith({ batch: 2, perDomainPerMinute: 3 }));
    await box.stage("int_1", urls(2));
    await box.answer(finish(one, await sealed()));
    world.atMs += 63_000;
    await box.stage("int_2", urls(9, A, 2));
    await box.answer(finish(one, await sealed()));
    expect((await sealed()).batch.items).toHaveLength(1);
    expect(await box.take(one)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
  });

  it("counts what an older program sends in it, of which no index tells", async () => {
    await open(limitsWith({ batch: 2, perDomainPerMinute: 3 }));
    await box.stage("int_1", urls(9));
    await box.answer(finish(one, await sealed()));
    world.atMs += 50_000;
    const minute = `t:{ali}:window:purge-url:${A}`;
    await store.connection.hincrby(minute, String(Math.floor(world.atMs / 1000)), 3);
    world.atMs += 13_000;
    await box.rescue(one);
    expect(await box.take(one)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    world.atMs += 50_000;
    await box.rescue(one);
    expect(await keys(store, "t:{ali}:window*")).toEqual([]);
  });

  it("is forgotten with the next ones of others, however few sweeps there are", async () => {
    await open(limitsWith({ domains: 10, perDomainPerMinute: 3 }));
    for (const [minute, count] of [30, 20].entries()) {
      world.atMs += 63_000;
      for (let i = 0; i < count; i += 10) {
        const each = Array.from({ length: 10 }, (_, n) => `https://h${i + n}.m${minute}.example.com/`);
        await box.stage(`int_${minute}_${i}`, each);
        await box.answer(finish(one, await sealed()));
      }
    }
    expect(await store.connection.zcard("t:{ali}:windows")).toBe(20);
    expect(await keys(store, "t:{ali}:window:*")).toHaveLength(20);
  });
});

describe("a day's ledger", () => {
  const ledger = (day: number): string => `t:{ali}:quota:url:${day}`;
  const today = MORNING_MS + 23 * 3_600_000;

  it("goes with the first of another day, two weeks after its own end", async () => {
    await open(limitsWith());
    const days = [15, 14, 13].map((ago) => today - ago * DAY_MS);
    for (const day of days) {
      await store.connection.hset(ledger(day), "used", 1);
      await store.connection.zadd("t:{ali}:quota:days", day, `url:${day}`);
    }
    world.atMs += 12 * 3_600_000;
    await box.stage("int_1", urls(1));
    await sealed();
    const left = [days[1], days[2], today].map((day) => `url:${day}`);
    const ledgers = left.map((each) => `quota:${each}`);
    expect(await keys(store, "t:{ali}:quota:*")).toEqual(["quota:days", ...ledgers]);
    expect(await store.connection.zrange("t:{ali}:quota:days", "0", "-1")).toEqual(left);
  });

  it("stays where a host that is weeks ahead writes in a day to come", async () => {
    await open(limitsWith(), MORNING_MS - 30 * DAY_MS);
    const day = today - 30 * DAY_MS;
    await store.connection.hset(ledger(day), "used", 1);
    await store.connection.zadd("t:{ali}:quota:days", day, `url:${day}`);
    await box.stage("int_1", urls(1));
    await sealed();
    expect((await keys(store, "t:{ali}:quota:url:*")).length).toBeGreaterThan(1);
    expect(await store.connection.hget(ledger(day), "used")).toBe("1");
  });

  it("that an older program wrote loses its time to live", async () => {
    await open(limitsWith({ batch: 2 }, 5));
    await store.connection.hset(ledger(today), "used", 4);
    await store.connection.pexpire(ledger(today), DAY_MS);
    await box.stage("int_1", urls(2));
    expect((await sealed()).batch.items).toHaveLength(1);
    expect(await store.connection.pttl(ledger(today))).toBe(-1);
  });
});
