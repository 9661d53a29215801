import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";
import { jitter, limitsAt, mostIn, saturate, virtualTime } from "./gate-time.ts";
import { rescued, SUBMIT, seen, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

/** The provider says slow down, `atMs` from the start, and for how long. */
async function throttle(atMs: number, ms: number, sentAtMs = atMs): Promise<void> {
  const told = { ...seen, grantedAtMs: store.nowMs + sentAtMs };
  await store.later(atMs).work.putOff("ali", [], 0, { scope: "call", why: "throttled", ms }, told);
}

async function inForce(atMs: number): Promise<number | null | undefined> {
  const [state] = await store.later(atMs).intake.accounts();
  const call = state?.calls.find((each) => each.call === SUBMIT);
  return call?.perSecondInForce ?? call?.perMinuteInForce;
}

describe("a call that the provider throttles", () => {
  it("waits as long as it was told, has half of its rate then, and gets it back bit by bit", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    await throttle(0, 3000);
    expect(await inForce(3000)).toBe(20);
    expect(await inForce(8000)).toBe(30);
    expect(await inForce(13_000)).toBe(40);
    const grants = await saturate(virtualTime(store), 16_000, jitter);
    expect(grants[0]).toBeGreaterThanOrEqual(3000);
    const perSecond = (from: number): number => grants.filter((at) => at >= from && at < from + 1000).length;
    expect(
      mostIn(
        grants.filter((at) => at < 4000),
        1000,
      ),
    ).toBe(20);
    expect(perSecond(7000)).toBeGreaterThan(perSecond(3000));
    expect(perSecond(7000)).toBeLessThan(40);
    expect(mostIn(grants, 1000)).toBe(40);
  });

  it("is halved once by all that were under way together, and again by each that follows", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    for (const at of [0, 5, 400]) await throttle(at, 1000);
    expect(await inForce(1400)).toBe(20);
    await throttle(1400, 1000);
    expect(await inForce(2400)).toBe(10);
  });

  it("is halved once by all that left before it was, however late they are answered", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    for (const at of [0, 1500, 2900]) await throttle(at, 1000, 0);
    expect(await inForce(3900)).toBeGreaterThanOrEqual(20);
    await throttle(3900, 1000);
    expect(await inForce(4900)).toBeLessThan(20);
  });

  it("pauses for a second where it is told to wait for nothing, and is halved once by answers of that time", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    for (let i = 0; i < 8; i += 1) await throttle(0, 0);
    expect(await inForce(0)).toBe(20);
    expect((await store.later(1).work.permit("ali", SUBMIT, null)).waitMs).toBe(999);
    expect((await store.later(1000).work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  });

  it("keeps one call a window, however often it is throttled, and gets back all of its rate", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: null, perMinute: 10 }) });
    for (let i = 0; i < 8; i += 1) await throttle(i * 60_000, 60_000);
    expect(await inForce(480_000)).toBe(1);
    const grants = await saturate(virtualTime(store, 480_000), 120_000, jitter);
    expect(grants).toHaveLength(2);
    expect(await inForce(480_000 + 20 * 60_000)).toBe(10);
  });

  it("is not opened by the answer of a call that was under way with it", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    const [slot] = await store.stage("int_1", urls(1));
    const batch = await store.take(slot);
    await throttle(0, 9000);
    if (slot === undefined) throw new Error("no slot");
    await store.work.record(slot, batch, { do: "finish", rejected: [] }, seen);
    expect((await store.later(5000).work.permit("ali", SUBMIT, null)).waitMs).toBe(4000);
    expect((await store.later(9000).work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  });

  it("has its whole rate again when its limit is configured anew, and only then", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    await throttle(0, 1000);
    const same = limitsAt({ perSecond: 40, perMinute: null });
    await store.work.publish("ali", { ...same, pollEveryMs: 7 }, { atMs: 2, digest: "two" });
    expect(await inForce(1000)).toBe(20);
    const lower = limitsAt({ perSecond: 30, perMinute: null });
    await store.work.publish("ali", lower, { atMs: 3, digest: "three" });
    const grants = await saturate(virtualTime(store, 1000), 1000, jitter);
    expect(grants).toHaveLength(30);
  });

  it("is not slowed by what says nothing of its rate", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 40, perMinute: null }) });
    for (const why of ["rate", "provider"] as const)
      await store.work.putOff("ali", [], 0, { scope: "call", why, ms: 1000 }, seen);
    await store.work.putOff("ali", [], 0, { scope: "domains", ms: 1000 }, seen);
    expect(await inForce(1000)).toBe(40);
  });
});

it("a raised limit wakes whoever sleeps for the old one", async () => {
  store = await bundle({ limits: limitsAt({ perSecond: null, perMinute: 1 }) });
  await store.take((await store.stage("int_1", urls(1)))[0]);
  const sleeper = (await rescued(store)) ?? (await store.stage("int_2", urls(1, "b.example.com")))[0];
  if (sleeper === undefined) throw new Error("no slot");
  expect(await store.work.take(sleeper)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
  await store.work.publish("ali", limitsAt({ perSecond: null, perMinute: 5 }), { atMs: 2, digest: "two" });
  expect(await store.work.take(sleeper)).toMatchObject({ kind: "end" });
  expect(await store.work.take((await rescued(store)) ?? sleeper)).toMatchObject({ kind: "batch" });
});
