import { afterEach, describe, expect, it } from "vitest";
import { batchNumber } from "../src/batch-id.ts";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { jitter, limitsAt, mostIn, type Rate, saturate, virtualTime } from "./gate-time.ts";
import { rescued, SUBMIT, seal, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

describe("a call's gate", () => {
  it("grants never more than its limit in any second, and 97 % of it under saturation", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 50, perMinute: null }) });
    const grants = await saturate(virtualTime(store), 20_000, jitter);
    expect(mostIn(grants, 1000)).toBeLessThanOrEqual(50);
    expect(grants.length).toBeGreaterThanOrEqual(0.97 * 50 * 20);
  });

  it("never grants more in any minute, and the first ones of an idle account at once", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 20, perMinute: 60 }) });
    const grants = await saturate(virtualTime(store), 200_000, jitter);
    expect(grants[19]).toBeLessThan(50);
    expect(mostIn(grants, 60_000)).toBeLessThanOrEqual(60);
    expect(mostIn(grants, 1000)).toBeLessThanOrEqual(20);
    expect(grants.length).toBeGreaterThanOrEqual(0.97 * 200);
  });

  it.each<readonly [string, Rate, Rate, number, number]>([
    ["lower", { perSecond: 50, perMinute: null }, { perSecond: 10, perMinute: null }, 1000, 10],
    ["higher", { perSecond: 10, perMinute: null }, { perSecond: 50, perMinute: null }, 1000, 50],
    [
      "a minute's as well",
      { perSecond: 10, perMinute: null },
      { perSecond: 10, perMinute: 300 },
      60_000,
      300,
    ],
    [
      "a higher minute's",
      { perSecond: null, perMinute: 60 },
      { perSecond: null, perMinute: 300 },
      60_000,
      300,
    ],
  ])("keeps a limit that becomes %s from its first moment on", async (_, before, after, windowMs, most) => {
    store = await bundle({ limits: limitsAt(before) });
    const time = virtualTime(store);
    const earlier = await saturate(time, windowMs / 2, jitter);
    await store.work.publish("ali", limitsAt(after), { atMs: 2, digest: "two" });
    const changedAt = time.now();
    const later = await saturate(time, windowMs * 2, jitter);
    // What went before counts, as far as the new limit left room for it at all.
    const all = [...earlier.filter((at) => at > changedAt - windowMs).slice(-most), ...later];
    expect(mostIn(all, windowMs)).toBeLessThanOrEqual(most);
    expect(later.length).toBeGreaterThanOrEqual(0.97 * most);
  });

  it("waits out a whole window when the store has forgotten what this process saw", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 5, perMinute: null }) });
    await seal(store, (await store.stage("int_1", urls(1)))[0]);
    // What a failover to a replica loses: the last writes, grants among them.
    await store.connection.set("t:{ali}:clock", "0");
    await store.connection.del(`t:{ali}:gate:${SUBMIT}`);
    const [slot] = await store.stage("int_2", urls(1));
    const taken = await store.work.take(
      slot ?? (await rescued(store)) ?? (Promise.reject(new Error("no slot")) as never),
    );
    expect(taken).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    expect(taken.kind === "wait" && taken.waitMs).toBeGreaterThan(1000);
    expect((await store.work.permit("ali", SUBMIT, null)).waitMs).toBeGreaterThan(900);
    expect((await store.later(1100).work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  });

  it("waits no longer than a window when the clock jumps back", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 5, perMinute: null }) });
    const ahead = store.later(3_600_000);
    while ((await ahead.work.permit("ali", SUBMIT, null)).waitMs === 0);
    const waitMs = (await store.work.permit("ali", SUBMIT, null)).waitMs;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1025);
    expect((await store.later(waitMs).work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  });

  it("takes back a permit whose bytes never left, and only that one", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: null, perMinute: 2 }) });
    const first = await store.work.permit("ali", SUBMIT, null);
    const unused = await store.later(20).work.permit("ali", SUBMIT, null);
    expect((await store.later(40).work.permit("ali", SUBMIT, null)).waitMs).toBeGreaterThan(59_000);
    const again = await store.later(60).work.permit("ali", SUBMIT, unused.grantedAtMs);
    expect(again).toMatchObject({ waitMs: 0 });
    expect(again.grantedAtMs).toBeGreaterThan(first.grantedAtMs);
    expect((await store.later(80).work.permit("ali", SUBMIT, null)).waitMs).toBeGreaterThan(59_000);
  });

  it("keeps calls so much further apart as their permits may get older, for those who come after, too", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 1, perMinute: null }) });
    const patient = { ageMs: 210, attempt: null };
    await store.work.permit("ali", SUBMIT, null, patient);
    const { waitMs } = await store.work.permit("ali", SUBMIT, null);
    expect(waitMs).toBeGreaterThan(1200);
    expect(waitMs).toBeLessThanOrEqual(1225);
  });

  it("keeps its log in order when somebody in a hurry follows somebody slow", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 2, perMinute: null }) });
    await store.work.permit("ali", SUBMIT, null, { ageMs: 510, attempt: null });
    await store.work.permit("ali", SUBMIT, null);
    const log = (await store.connection.lrange(`t:{ali}:gate:${SUBMIT}`, "0", "-1")).map(Number);
    expect(log).toEqual([...log].sort((a, b) => a - b));
    // Whoever was quick makes room when its own window is over.
    const { waitMs } = await store.work.permit("ali", SUBMIT, null);
    expect(waitMs).toBe(1025);
  });

  it.each([
    ["later", 40, 1065],
    ["sooner", -500, 1025],
    ["later than a whole window", 1500, 2525],
  ])(
    "keeps the next ones apart from when a call left, where that was %s than booked",
    async (_, byMs, wait) => {
      store = await bundle({ limits: limitsAt({ perSecond: 3, perMinute: null }) });
      const ageMs = byMs < 0 ? 510 : 10;
      const first = await store.work.permit("ali", SUBMIT, null, { ageMs, attempt: null });
      await store.later(5000).work.permit("ali", SUBMIT, null);
      await store.work.rebook("ali", SUBMIT, first.grantedAtMs, first.grantedAtMs + byMs);
      const log = (await store.connection.lrange(`t:{ali}:gate:${SUBMIT}`, "0", "-1")).map(Number);
      expect(log).toEqual([...log].sort((a, b) => a - b));
      expect(log[0]).toBe(store.nowMs + wait - 1025);
    },
  );

  it("books nothing for a call whose grant it has given to nobody", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 3, perMinute: null }) });
    await store.work.rebook("ali", SUBMIT, store.nowMs, store.nowMs + 9);
    expect(await store.connection.llen(`t:{ali}:gate:${SUBMIT}`)).toBe(0);
  });

  it("grants nothing more to an attempt that another one has taken over, and keeps alive one that is on record", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 50, perMinute: null }) });
    const [slot] = await store.stage("int_1", urls(2));
    const batch = await store.take(slot);
    const use = { ageMs: 10, attempt: batch };
    const deadline = async () =>
      Number(await store.connection.zscore("t:{ali}:lane:purge-url:sending", batchNumber(batch.id)));
    const first = await deadline();
    const later = store.later(20_000);
    expect(await later.work.permit("ali", SUBMIT, null, use)).toMatchObject({ superseded: false });
    expect((await deadline()) - first).toBeGreaterThanOrEqual(20_000);
    const older = { ageMs: 10, attempt: { ...batch, attempt: batch.attempt - 1 } };
    expect(await later.work.permit("ali", SUBMIT, null, older)).toMatchObject({ superseded: true });
    await rescued(store, 60_000);
    const overtaken = store.later(60_000).work;
    expect(await overtaken.permit("ali", SUBMIT, null, use)).toMatchObject({ superseded: true });
    // Its record is refused and lets its slot go: else the lane would take it for one that waits.
    if (slot === undefined) throw new Error("no slot");
    await store.connection.zadd("t:{ali}:lane:purge-url:slots", store.nowMs + 120_000, slot.id);
    const verdict = { do: "retry", inMs: 0, resend: null, hold: null } as const;
    const unsent = { call: SUBMIT, providerDateMs: null, error: null };
    expect(await overtaken.record(slot, batch, verdict, unsent)).toMatchObject({ applied: false });
    expect(await store.connection.zscore("t:{ali}:lane:purge-url:slots", slot.id)).toBeNull();
  });

  it("grants under one limit to any number of processes", async () => {
    store = await bundle({ limits: limitsAt({ perSecond: 50, perMinute: null }) });
    const views = Array.from({ length: 8 }, () => store.later(0));
    const asked = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (views[i % 8] ?? store).work.permit("ali", SUBMIT, null)),
    );
    expect(asked.filter(({ waitMs }) => waitMs === 0)).toHaveLength(50);
  });
});

it("limits in force are the newest configuration's", async () => {
  store = await bundle();
  const rate = limitsAt({ perSecond: 1, perMinute: null });
  expect(await store.work.publish("ali", rate, { atMs: 5, digest: "new" })).toBe(true);
  expect(await store.work.publish("ali", limitsWith(), { atMs: 4, digest: "old" })).toBe(false);
  expect(await store.work.publish("ali", rate, { atMs: 5, digest: "new" })).toBe(true);
  expect((await store.work.permit("ali", SUBMIT, null)).waitMs).toBe(0);
  expect((await store.work.permit("ali", SUBMIT, null)).waitMs).toBeGreaterThan(0);
});
