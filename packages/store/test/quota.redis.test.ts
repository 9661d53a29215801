import { dayStarts, type Hold, type Rejected, type Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, CALL, limitsWith, type View } from "./bundle.ts";
import { slotBox } from "./slot-box.ts";
import { counts, finish, record, rescue, rescued, retryAtOnce, seal, seen, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const HOUR = 3_600_000;
const [, today = 0, tomorrow = 0, after = 0] = dayStarts("Asia/Shanghai", Date.now(), 1, 2);
/** Skews to: an hour after the next reset, so that days are whole; the reset after it. */
const morning = today - Date.now() + HOUR;
const reset = tomorrow - Date.now();
/** So long after that reset, or before it, to the millisecond. */
const nearReset = (ms: number): View => store.later(tomorrow - store.nowMs + ms);

async function spent(view: View, quota = "url") {
  const [account] = await view.intake.accounts();
  const found = account?.quotas.find((each) => each.class === quota);
  return { used: found?.used, reserved: found?.reserved };
}

async function bookedIn(day: number) {
  const [reserved, used] = await store.connection.hmget(`t:{ali}:quota:url:${day}`, "reserved", "used");
  return { reserved: Number(reserved), used: Number(used) };
}

const refusedItems: readonly Rejected[] = [1, 2, 9].map((index) => ({
  index,
  end: "failed",
  code: "NoSuch",
  message: "",
}));

const spentHold = (name: string, remaining: number | null = null): Hold => ({
  scope: "quota",
  spent: [{ class: name, remaining }],
});
const spentDay: Verdict = { do: "retry", inMs: 0, resend: null, hold: spentHold("url") };
const refused: Verdict = { do: "end", end: "failed", code: "Bad", message: "", refund: true };

describe("a day's quota", () => {
  it("is reserved by the seal and spent by the answer; what does not fit waits, until the reset", async () => {
    store = await bundle({ limits: limitsWith({}, 1500) });
    const now = store.later(morning);
    const [slot] = await now.stage("int_1", urls(2000));
    const first = await seal(now, slot);
    expect(await spent(now)).toEqual({ used: 0, reserved: 1000 });
    const second = await seal(now, first.next);
    expect(second.batch.items).toHaveLength(500);
    const wait = await waits(now, second.next);
    expect(wait).toMatchObject({ why: { reason: "quota" }, pending: 500 });
    // A second of guard and the call's time-out: the provider may book near the reset in either day.
    expect(Math.abs((wait.why.untilMs ?? 0) - tomorrow)).toBeLessThan(12_000);
    await finish(now, first);
    await finish(now, second);
    expect(await spent(now)).toEqual({ used: 1500, reserved: 0 });
    const next = store.later(reset + 60_000);
    expect((await seal(next, (await rescue(next))[0])).batch.items).toHaveLength(500);
  });

  it.each([-6 * HOUR, -5_000, 5_000])(
    "waits until what is left of the new day may be sent, to the millisecond, %i ms from the reset",
    async (fromReset) => {
      store = await bundle({ limits: limitsWith({}, 100), nowMs: tomorrow - 20 * HOUR });
      const box = slotBox(store);
      await box.stage("int_1", urls(150));
      const first = await box.take(store);
      if (first.kind !== "batch") throw new Error("no batch");
      await box.answer(finish(store, first.sealed));
      const until = { kind: "wait", why: { reason: "quota", untilMs: tomorrow + CALL.timeoutMs + 1_000 } };
      expect(await box.take(nearReset(fromReset))).toMatchObject(until);
      expect(await box.take(nearReset(CALL.timeoutMs + 998))).toMatchObject(until);
      const next = await box.take(nearReset(CALL.timeoutMs + 1_000));
      expect(next).toMatchObject({ kind: "batch", sealed: { batch: { items: { length: 50 } } } });
    },
  );

  it("is not touched by what waits: a cancelled target's place is the next one's", async () => {
    store = await bundle({ limits: limitsWith({}, 10), nowMs: today + HOUR, maxPendingTargets: 20 });
    const box = slotBox(store);
    await box.stage("int_1", urls(10));
    await box.stage("int_2", urls(10, "b.example.com"));
    expect(await spent(store)).toEqual({ used: 0, reserved: 0 });
    await store.intake.cancel("int_1");
    // The backlog has room for them again.
    await box.stage("int_3", urls(10, "c.example.com"));
    const taken = await box.take(store);
    expect(taken).toMatchObject({ sealed: { batch: { items: urls(10, "b.example.com") } } });
    expect(await spent(store)).toEqual({ used: 0, reserved: 10 });
    // What is sealed is not taken back: its units may be gone by then.
    await store.intake.cancel("int_2");
    expect(await spent(store)).toEqual({ used: 0, reserved: 10 });
    expect(await counts(store, "int_2")).toMatchObject({ sealed: 10, cancelled: 0 });
  });

  it("comes back when the provider definitely refused, and not when nobody knows", async () => {
    store = await bundle({ limits: limitsWith({}, 1500) });
    const now = store.later(morning);
    const first = await seal(now, (await now.stage("int_1", urls(100)))[0]);
    await record(now, first, refused);
    expect(await spent(now)).toEqual({ used: 0, reserved: 0 });
    const second = await seal(now, (await now.stage("int_2", urls(100)))[0]);
    const { slots } = await record(now, second, { ...retryAtOnce, resend: "ambiguous" } as Verdict);
    expect(await spent(now)).toEqual({ used: 100, reserved: 0 });
    const again = await seal(now, slots[0]);
    expect(await spent(now)).toEqual({ used: 100, reserved: 100 });
    await finish(now, again);
    expect(await spent(now)).toEqual({ used: 200, reserved: 0 });
  });

  it.each<Verdict>([
    { do: "finish", rejected: refusedItems },
    { do: "accept", tasks: [{ call: "Ask", id: "1" }], pollInMs: 0, rejected: refusedItems },
  ])("comes back for what the provider refused of a batch: $do", async (verdict) => {
    store = await bundle({ limits: limitsWith({ unitsPerTarget: 7 }, 1500) });
    // Near a reset both days hold the units, and both get them back.
    const now = nearReset(-5000);
    const sealed = await seal(now, (await now.stage("int_1", urls(10)))[0]);
    expect(await bookedIn(tomorrow)).toEqual({ reserved: 70, used: 0 });
    await record(now, sealed, verdict);
    expect(await bookedIn(tomorrow)).toEqual({ reserved: 0, used: 49 });
    expect(await bookedIn(after)).toEqual({ reserved: 0, used: 49 });
  });

  it("keeps its reservation while a batch is tried again that was not applied", async () => {
    store = await bundle({ limits: limitsWith({}, 100) });
    const now = store.later(morning);
    let sealed = await seal(now, (await now.stage("int_1", urls(100)))[0]);
    for (let i = 0; i < 3; i += 1) {
      const { slots } = await record(now, sealed, retryAtOnce);
      expect(await spent(now)).toEqual({ used: 0, reserved: 100 });
      sealed = await seal(now, slots[0]);
    }
  });

  it("leaves the reserve to urgent targets", async () => {
    store = await bundle({ limits: { ...limitsWith({}, 100), reserveForUrgent: 30 } });
    const now = store.later(morning);
    const [slot] = await now.stage("int_1", urls(100));
    const first = await seal(now, slot);
    expect(first.batch.items).toHaveLength(70);
    expect(await waits(now, first.next)).toMatchObject({ why: { reason: "quota" } });
    const [woken] = await now.stage("int_2", urls(40, "b.example.com"), { priority: "urgent" });
    const urgent = await seal(now, woken);
    expect(urgent.batch.items).toEqual(urls(30, "b.example.com"));
    expect(await spent(now)).toEqual({ used: 0, reserved: 100 });
  });

  it("is booked in both days around the reset, and refunded in both", async () => {
    store = await bundle({ limits: limitsWith({}, 100) });
    const before = nearReset(-5000);
    const after = store.later(reset + HOUR);
    const sealed = await seal(before, (await before.stage("int_1", urls(60)))[0]);
    expect([await spent(before), await spent(after)]).toEqual(Array(2).fill({ used: 0, reserved: 60 }));
    const [slot] = await before.stage("int_2", urls(60, "b.example.com"));
    expect((await seal(before, slot ?? sealed.next ?? (await rescued(store)))).batch.items).toHaveLength(40);
    await record(before, sealed, refused);
    expect([await spent(before), await spent(after)]).toEqual(Array(2).fill({ used: 0, reserved: 40 }));
  });

  it("turns by the provider's clock, not by ours", async () => {
    store = await bundle({ limits: limitsWith({}, 100) });
    const now = nearReset(60_000);
    const slow = { ...seen, providerDateMs: tomorrow - HOUR };
    const first = await seal(now, (await now.stage("int_1", urls(100)))[0]);
    await record(now, first, { do: "finish", rejected: [] }, slow);
    // An hour behind: what is sent now is booked in the provider's old day.
    const second = await seal(now, (await now.stage("int_2", urls(100, "b.example.com")))[0]);
    expect(second.batch.items).toHaveLength(100);
    const wait = await waits(now, (await now.stage("int_3", urls(1)))[0] ?? second.next);
    expect(wait.why.reason).toBe("quota");
    expect(Math.abs((wait.why.untilMs ?? 0) - (tomorrow + HOUR + 60_000))).toBeLessThan(15_000);
  });

  it("goes on by our clock where the provider's is off by years", async () => {
    store = await bundle({ limits: limitsWith({}, 100) });
    for (const [i, providerDateMs] of [0, Date.now() + 400 * 24 * HOUR].entries()) {
      const sealed = await seal(store, (await store.stage(`int_${i}`, urls(10)))[0]);
      await record(store, sealed, { do: "finish", rejected: [] }, { ...seen, providerDateMs });
    }
    expect((await seal(store, (await store.stage("int_2", urls(10)))[0])).batch.items).toHaveLength(10);
  });
});

describe("a quota that the provider calls spent", () => {
  it("parks the lane until the reset, then the batch goes first", async () => {
    store = await bundle();
    const now = store.later(morning);
    const sealed = await seal(now, (await now.stage("int_1", urls(10)))[0]);
    await record(now, sealed, spentDay);
    const [slot] = await now.stage("int_2", urls(10, "b.example.com"));
    expect(await waits(now, slot ?? (await rescue(store.later(morning + 25_000)))[0])).toMatchObject({
      why: { reason: "quota" },
    });
    const next = store.later(reset + 60_000);
    const again = await seal(next, (await rescue(next))[0]);
    expect(again.batch).toMatchObject({ id: sealed.batch.id, attempt: 2, resend: null });
    expect((await seal(next, again.next)).batch.items).toEqual(urls(10, "b.example.com"));
  });

  it("just before the reset costs the old day only", async () => {
    store = await bundle();
    const before = nearReset(-3000);
    const sealed = await seal(before, (await before.stage("int_1", urls(10)))[0]);
    await record(before, sealed, spentDay);
    const next = store.later(reset + 60_000);
    expect((await seal(next, (await rescue(next))[0])).batch.items).toHaveLength(10);
  });

  it("of a class that the lane does not spend holds back the batch for a minute and nothing else", async () => {
    store = await bundle();
    const sealed = await seal(store, (await store.stage("int_1", urls(10)))[0]);
    const hold = spentHold("directory");
    const { slots } = await record(store, sealed, { do: "retry", inMs: 0, resend: null, hold });
    const wait = await waits(store, slots[0]);
    expect(wait.waitMs).toBe(30_000);
    const [woken] = await store.stage("int_2", urls(1, "b.example.com"));
    expect((await seal(store, woken)).batch.items).toEqual(urls(1, "b.example.com"));
  });
});

it("a batch that has no room to be tried again holds up nothing that fits", async () => {
  store = await bundle({ limits: limitsWith({}, 100) });
  const now = store.later(morning);
  const sealed = await seal(now, (await now.stage("int_1", urls(60)))[0]);
  const { slots } = await record(now, sealed, { ...retryAtOnce, resend: "ambiguous" } as Verdict);
  await now.stage("int_2", urls(40, "b.example.com"));
  const other = await seal(now, slots[0]);
  expect(other.batch.items).toEqual(urls(40, "b.example.com"));
});

it.each([
  ["has a day", 0, 50],
  ["has a day but for the reserve of urgent targets", 20, 25],
])("a batch above what a lowered quota %s is sent in parts", async (_what, reserveForUrgent, part) => {
  store = await bundle({ limits: limitsWith({}, 100) });
  const now = store.later(morning);
  const sealed = await seal(now, (await now.stage("int_1", urls(100)))[0]);
  await store.work.publish("ali", { ...limitsWith({}, 60), reserveForUrgent }, { atMs: 2, digest: "two" });
  const { slots } = await record(now, sealed, { ...retryAtOnce, resend: "ambiguous" } as Verdict);
  await waits(now, slots[0]);
  for (let day = 0; day * part < 100; day += 1) {
    const then = store.later(reset + day * 24 * HOUR + 60_000);
    const next = await seal(then, (await rescue(then))[0]);
    expect(next.batch.items).toEqual(urls(part, "a.example.com", day * part));
    await finish(then, next);
  }
  expect(await counts(store, "int_1")).toMatchObject({ confirmed: 100 });
});
