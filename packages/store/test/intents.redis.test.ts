import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";
import { counts, finish, keys, record, rescued, seal, sealAll, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const refused = {
  do: "end",
  end: "failed",
  code: "Bad",
  message: "no",
  refund: true,
} as const;

describe("cancel", () => {
  it("leaves a key to the intents that still want it", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(2));
    await store.stage("int_2", urls(2));
    await store.stage("int_3", urls(1));
    expect((await store.intake.cancel("int_1")).targets).toBe(2);
    expect((await store.intake.cancel("int_3")).targets).toBe(1);
    const sealed = await seal(store, slot);
    expect(sealed.batch.items).toEqual(urls(2));
    await finish(store, sealed);
    expect(await counts(store, "int_1")).toMatchObject({ cancelled: 2 });
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 2 });
    expect(await counts(store, "int_3")).toMatchObject({ cancelled: 1 });
  });

  it("takes a key away with its last interest, in whatever order they go", async () => {
    for (const order of [
      ["int_1", "int_2", "int_3"],
      ["int_3", "int_1", "int_2"],
      ["int_2", "int_3", "int_1"],
    ]) {
      store = await bundle();
      for (const id of ["int_1", "int_2", "int_3"]) await store.stage(id, urls(2));
      for (const id of order) expect((await store.intake.cancel(id)).targets).toBe(2);
      expect(await keys(store, "t:{ali}:lane:*")).toEqual(["lane:purge-url:slots"]);
      expect(await keys(store, "t:{ali}:more:*")).toEqual([]);
      const [account] = await store.intake.accounts();
      expect(account?.lanes[0]).toMatchObject({ pending: 0, oldestUnconfirmedAgeMs: { normal: null } });
      await store.close();
    }
    store = await bundle();
  });

  it("keeps a promoted key urgent for whoever still waits for it", async () => {
    store = await bundle({ coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
    await store.stage("int_1", urls(1));
    const [slot] = await store.stage("int_2", urls(1), { priority: "urgent" });
    await store.intake.cancel("int_1");
    expect((await seal(store, slot ?? (await rescued(store)))).batch.items).toEqual(urls(1));
  });

  it("sends once what is cancelled and asked for again", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_0", urls(1, "b.example.com"));
    await store.stage("int_1", urls(2));
    await store.intake.cancel("int_1");
    await store.stage("int_2", urls(2));
    const items = (await sealAll(store, slot)).flatMap(({ batch }) => batch.items);
    expect(items.toSorted()).toEqual([...urls(2), ...urls(1, "b.example.com")].toSorted());
  });

  it("does not touch what is sealed", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const sealed = await seal(store, slot);
    await store.stage("int_2", urls(1));
    expect((await store.intake.cancel("int_1")).targets).toBe(0);
    await finish(store, sealed);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_2")).toMatchObject({ pending: 1 });
  });

  it("of one option set leaves the other one alone", async () => {
    store = await bundle();
    await store.stage("int_1", urls(1), { options: { a: "1" } });
    const [slot] = await store.stage("int_2", urls(1), { options: { a: "2" } });
    await store.intake.cancel("int_1");
    const sealed = await seal(store, slot ?? (await rescued(store)));
    expect(sealed.batch).toMatchObject({ options: { a: "2" }, items: urls(1) });
    expect(sealed.next).toBeUndefined();
  });
});

describe("retry", () => {
  it("opens a new life for failed targets alone, which count as accepted now", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1500));
    const [first, second] = await sealAll(store, slot);
    if (first === undefined || second === undefined) throw new Error("two batches");
    await finish(store, first);
    await record(store, second, refused);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1000, failed: 500 });
    const { targets, slots } = await store.intake.retry("int_1");
    expect(targets).toBe(500);
    const [leg] = await store.intake.legs("int_1");
    expect(leg).toMatchObject({
      lives: 2,
      finishedAtMs: null,
      failures: [],
      counts: { pending: 500, failed: 0 },
    });
    const later = store.later(5000);
    const again = await seal(later, slots[0]);
    expect(again.batch.items).toEqual(urls(500, undefined, 1000));
    const recorded = await finish(later, again);
    expect(recorded.transitions.legs).toMatchObject([{ intentId: "int_1" }]);
    expect(recorded.transitions.legs[0]?.sinceAcceptedMs).toBeLessThan(5500);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1500 });
  });

  it("does nothing when nothing has failed, and nothing twice", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const sealed = await seal(store, slot);
    expect(await store.intake.retry("int_1")).toMatchObject({ targets: 0, slots: [] });
    await record(store, sealed, refused);
    expect((await store.intake.retry("int_1")).targets).toBe(1);
    expect((await store.intake.retry("int_1")).targets).toBe(0);
    expect((await store.intake.legs("int_1"))[0]).toMatchObject({ lives: 2 });
  });

  it("keeps an intent that was about to pass its retention until its new life has ended", async () => {
    store = await bundle({ intentsMs: 60_000 });
    const [slot] = await store.stage("int_1", urls(1));
    await record(store, await seal(store, slot), refused);
    expect(await store.connection.pttl("t:{ali}:leg:1")).toBeGreaterThan(0);
    const { slots } = await store.intake.retry("int_1");
    for (const key of await keys(store, "t:{ali}:leg:*"))
      expect(await store.connection.pttl(`t:{ali}:${key}`)).toBe(-1);
    await finish(store, await seal(store, slots[0]));
    for (const key of await keys(store, "t:{ali}:leg:*"))
      expect(await store.connection.pttl(`t:{ali}:${key}`)).toBeGreaterThan(0);
  });

  it("wakes a lane whose slot sleeps for something else", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const sealed = await seal(store, slot);
    await store.stage("int_2", urls(1, "b.example.com"));
    await record(store, sealed, refused);
    const { slots } = await store.intake.retry("int_1");
    const taken = await sealAll(store, slots[0] ?? (await rescued(store)));
    expect(taken.flatMap(({ batch }) => batch.items)).toHaveLength(2);
  });
});

describe("reading", () => {
  it("pages targets by state, in their order, with batch and reason", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(2500));
    const sealed = await seal(store, slot);
    const rejected = [1, 3, 5].map((index) => ({
      index,
      end: "failed" as const,
      code: "Bad",
      message: "no",
    }));
    await record(store, sealed, { do: "finish", rejected });
    const failed = { state: "failed", limit: 2 } as const;
    const first = await store.intake.targets("int_1", { ...failed, cursor: null });
    expect(first.items.map((item) => item.target)).toEqual([1, 3].map((i) => urls(6)[i]));
    expect(first.items[0]).toMatchObject({
      state: "failed",
      batch: sealed.batch.id,
      code: "Bad",
      message: "no",
    });
    const second = await store.intake.targets("int_1", { ...failed, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ target: urls(6)[5] }], nextCursor: null });
    let cursor: string | null = null;
    const all: string[] = [];
    do {
      const page = await store.intake.targets("int_1", { state: null, cursor, limit: 700 });
      all.push(...page.items.map((item) => item.target));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(all).toEqual(urls(2500));
    expect(
      (await store.intake.targets("int_1", { state: "pending", cursor: null, limit: 1 })).items[0],
    ).toMatchObject({ target: urls(1001)[1000], batch: null, code: null });
  });

  it("lists intents newest first, each once, also when hundreds come within one millisecond", async () => {
    store = await bundle();
    for (let i = 0; i < 300; i += 1) {
      const id = `int_${String(i).padStart(4, "0")}`;
      await store.stage(id, urls(1));
      await store.connection.zadd("t:{ali}:intents", 1_700_000_000_000 + Math.floor(i / 150), id);
    }
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.intake.intentIds({ accounts: ["ali"], sinceMs: null, cursor, limit: 10 });
      found.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toHaveLength(300);
    expect(new Set(found).size).toBe(300);
    expect(found[0]).toMatch(/^int_0(1[5-9]|2)/);
  });

  it("tells of an account what waits, why, what is spent and the last error", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1200));
    const sealed = await seal(store, slot);
    await record(
      store,
      sealed,
      { do: "accept", tasks: [{ call: "DescribeRefreshTaskById", id: "1" }], pollInMs: 0, rejected: [] },
      { call: "RefreshObjectCaches", providerDateMs: null, error: { code: "Odd", message: "m" } },
    );
    await store.intake.pause("ali");
    await waits(store, sealed.next);
    const [account] = await store.intake.accounts();
    expect(account).toMatchObject({ paused: true, stopped: null, lastError: { code: "Odd", message: "m" } });
    expect(account?.lanes[0]).toMatchObject({
      lane: "purge-url",
      pending: 200,
      inFlightBatches: 0,
      runningBatches: 1,
      waiting: { reason: "paused", untilMs: null },
    });
    expect(account?.quotas.find((quota) => quota.class === "url")).toMatchObject({ used: 1000, reserved: 0 });
    expect(account?.calls.find((call) => call.call === "RefreshObjectCaches")).toMatchObject({
      usedLastSecond: 1,
      usedLastMinute: 1,
    });
  });

  it("wakes whoever waits for an intent when a leg of it has ended", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const sealed = await seal(store, slot);
    const subscribers = () => store.connection.pubsub("NUMSUB", "t:{ali}:changed");
    await expect.poll(subscribers).toEqual(["t:{ali}:changed", 1]);
    const startedAt = performance.now();
    const woken = store.intake.changed("int_1", 10_000);
    await finish(store, sealed);
    await woken;
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
