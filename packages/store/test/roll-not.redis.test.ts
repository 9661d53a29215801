import { ROLLUP_PRODUCER } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { leftovers, SHOP, SITE } from "./absorb-steps.ts";
import { type Bundle, bundle, CALL } from "./bundle.ts";
import { confirmLane, endLane, purge, sealLane, slotOf } from "./order-steps.ts";
import { DIRECTORY, PAGES, rolled, rollLimits, units } from "./roll-steps.ts";
import { counts, seen, waits } from "./steps.ts";

let store: Bundle;
const open = async (...args: Parameters<typeof rollLimits>): Promise<void> => {
  store = await bundle({ limits: rollLimits(...args) });
};
afterEach(() => store.close());

describe("URLs are sent themselves", () => {
  it.each<[string, () => Promise<unknown>, number]>([
    ["where one is missing", () => purge(store, "int_1", PAGES.slice(1)), 99],
    [
      "where they lie in a directory that nobody named",
      () =>
        purge(
          store,
          "int_1",
          PAGES.map((page) => page.replace("shop", "blog")),
        ),
      100,
    ],
    [
      "where they are spelled so that a purge of the directory may not reach them",
      () =>
        purge(
          store,
          "int_1",
          PAGES.map((page) => page.replace("?", "/../x?")),
        ),
      100,
    ],
    [
      "where one was cancelled",
      async () => {
        await purge(store, "int_1", PAGES.slice(1));
        await purge(store, "int_2", PAGES.slice(0, 1));
        await store.intake.cancel("int_2");
      },
      99,
    ],
    [
      "where the same was asked for twice",
      async () => {
        await purge(store, "int_1", PAGES.slice(1));
        await purge(store, "int_2", PAGES.slice(1));
      },
      99,
    ],
    [
      "where they lie in two directories",
      async () => {
        await purge(store, "int_1", PAGES.slice(50));
        await purge(
          store,
          "int_2",
          PAGES.slice(50).map((page) => page.replace("shop", "other")),
        );
      },
      100,
    ],
    [
      "where some were sent already",
      async () => {
        await purge(store, "int_1", PAGES.slice(50));
        await confirmLane(store, "purge-url");
        await purge(store, "int_2", PAGES.slice(0, 50));
      },
      50,
    ],
  ])("%s", async (_what, stage, sent) => {
    await open();
    await stage();
    expect(await confirmLane(store, "purge-url")).toHaveLength(sent);
    expect(await confirmLane(store, DIRECTORY)).toEqual([]);
    expect(await rolled(store)).toEqual([]);
  });

  it("where half of them have other options", async () => {
    await open();
    await purge(store, "int_1", PAGES.slice(50));
    await purge(store, "int_2", PAGES.slice(0, 50), { options: { Area: "mainland" } });
    expect(await confirmLane(store, "purge-url")).toHaveLength(50);
    expect(await confirmLane(store, "purge-url")).toHaveLength(50);
    expect(await rolled(store)).toEqual([]);
  });

  it.each<[string, Parameters<typeof rollLimits>]>([
    ["spent", [{ directory: 0 }]],
    ["kept for urgent work", [{ directory: 20 }, 20]],
  ])("where the quota of directories is %s", async (_what, limits) => {
    await open(...limits);
    await purge(store, "int_1", PAGES);
    expect(await confirmLane(store, "purge-url")).toHaveLength(100);
    expect(await confirmLane(store, DIRECTORY)).toEqual([]);
    expect(await units(store)).toEqual({ url: 100, directory: 0 });
    expect(await rolled(store)).toEqual([]);
  });

  it("where the share of the day that is for this is spent", async () => {
    const shares = { directory: { [ROLLUP_PRODUCER]: 1 } };
    store = await bundle({ limits: { ...rollLimits(), shares } });
    await purge(store, "int_1", PAGES);
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    await purge(store, "int_2", PAGES);
    expect(await confirmLane(store, "purge-url")).toHaveLength(100);
    expect(await units(store)).toEqual({ url: 100, directory: 1 });
  });

  it("where their own area has no directories left, and hold up no other area", async () => {
    const limits = rollLimits({ "directory@abroad": 0 });
    const wide = limits.lanes[DIRECTORY];
    if (wide === undefined) throw new Error("no directories");
    const quotaByOption = { option: "Area", classes: { overseas: ["directory@abroad"] } };
    store = await bundle({
      limits: { ...limits, lanes: { ...limits.lanes, [DIRECTORY]: { ...wide, quotaByOption } } },
      coalesce: { quietMs: 60_000, maxWaitMs: 60_000 },
    });
    await purge(store, "int_1", [...PAGES, `${SHOP}more`], { options: { Area: "overseas" } });
    const slot = await slotOf(store, "purge-url");
    if (slot === undefined) throw new Error("no slot");
    expect(await store.work.take(slot)).toMatchObject({ kind: "rolled", absorbed: 0 });
    expect((await waits(store, slot)).why.reason).toBe("quiet");
    await purge(store, "int_2", PAGES);
    expect(await store.later(2000).work.take(slot)).toMatchObject({ kind: "rolled", absorbed: 100 });
    expect(await counts(store, "int_2")).toMatchObject({ absorbed: 100 });
    expect(await counts(store, "int_1")).toMatchObject({ pending: 101 });
  });

  it("where the provider takes no directories now", async () => {
    const limits = rollLimits();
    const wide = limits.lanes[DIRECTORY];
    if (wide === undefined) throw new Error("no directories");
    const lanes = { ...limits.lanes, [DIRECTORY]: { ...wide, call: "RefreshDirectories" } };
    store = await bundle({
      limits: { ...limits, lanes, calls: { ...limits.calls, RefreshDirectories: CALL } },
    });
    const hold = { scope: "call", why: "throttled", ms: 60_000 } as const;
    await store.work.putOff("ali", [], 0, hold, { ...seen, call: "RefreshDirectories" });
    await purge(store, "int_1", PAGES);
    expect(await confirmLane(store, "purge-url")).toHaveLength(100);
    expect(await rolled(store)).toEqual([]);
  });

  it("where directories that wait already have the last units", async () => {
    await open({ directory: 1 });
    await purge(store, "int_1", [`${SITE}mine/`], { lane: DIRECTORY });
    await purge(store, "int_2", PAGES);
    expect(await confirmLane(store, "purge-url")).toHaveLength(100);
    expect(await confirmLane(store, DIRECTORY)).toEqual([`${SITE}mine/`]);
  });

  it.each(["failed", "unconfirmed"] as const)("where the directory ends %s, each once", async (end) => {
    await open();
    await purge(store, "int_1", PAGES);
    await sealLane(store, "purge-url");
    await endLane(store, DIRECTORY, end);
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    expect(await confirmLane(store, DIRECTORY)).toEqual([]);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 100 });
    expect(await rolled(store)).toHaveLength(1);
    expect(await leftovers(store)).toEqual([]);
  });
});
