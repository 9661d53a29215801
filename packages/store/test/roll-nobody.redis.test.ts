import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leftovers, purgeDirectory, SHOP, states } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { confirmLane, endLane, prefetch, purge, sealLane, slotOf } from "./order-steps.ts";
import { DIRECTORY, PAGES, rolled, rollLimits, units } from "./roll-steps.ts";
import { counts, polled, waits } from "./steps.ts";

const DAY_MS = 86_400_000;

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: rollLimits() });
  await purge(store, "int_1", PAGES);
  await sealLane(store, "purge-url");
});
afterEach(() => store.close());

async function tellDirectories(remaining: number): Promise<void> {
  const figures = [{ class: "directory", limit: null, remaining, batch: null }];
  await store.work.settleQuota("ali", { figures, hold: null, seen: polled, isLast: true });
}

describe("a directory that nobody asked for", () => {
  it("is not purged when all of its URLs were cancelled", async () => {
    await store.intake.cancel("int_1");
    expect(await confirmLane(store, DIRECTORY)).toEqual([]);
    expect(await units(store)).toEqual({ url: 0, directory: 0 });
    const [leg] = await rolled(store);
    expect(leg?.counts).toMatchObject({ cancelled: 1, pending: 0 });
    expect(await leftovers(store)).toEqual([]);
  });

  it("gives its URLs back where the day has no unit left for it, and is not purged on another day", async () => {
    await tellDirectories(0);
    expect((await waits(store, await slotOf(store, DIRECTORY))).why.reason).toBe("quota");
    const [leg] = await rolled(store);
    expect(leg?.counts).toMatchObject({ cancelled: 1, pending: 0 });
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    const tomorrow = store.later(2 * DAY_MS);
    expect(await sealLane(store, DIRECTORY, tomorrow)).toBeNull();
    expect(await states(store, "int_1")).toEqual(PAGES.map(() => "confirmed"));
    expect(await leftovers(store)).toEqual([]);
  });

  it("leaves nothing behind where it has options and the day no unit left for it", async () => {
    await store.intake.cancel("int_1");
    expect(await confirmLane(store, DIRECTORY)).toEqual([]);
    await purge(store, "int_2", PAGES, { options: { Area: "mainland" } });
    await sealLane(store, "purge-url");
    await tellDirectories(0);
    await waits(store, await slotOf(store, DIRECTORY));
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    expect(await leftovers(store)).toEqual([]);
  });

  it("is somebody's as soon as somebody asks for it", async () => {
    await purgeDirectory(store, "int_2", [SHOP]);
    await store.intake.cancel("int_1");
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await states(store, "int_2")).toEqual(["confirmed"]);
  });

  it("fails no prefetch by its own end: that waits for the URLs which are purged then", async () => {
    await prefetch(store, "int_2", [PAGES[0] ?? "", `${SHOP}else`]);
    await endLane(store, DIRECTORY, "failed");
    expect(await confirmLane(store, "prefetch-url")).toEqual([`${SHOP}else`]);
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGES[0]]);
  });

  it("fails prefetches as soon as somebody asks for it", async () => {
    await purgeDirectory(store, "int_2", [SHOP]);
    await prefetch(store, "int_3", [`${SHOP}else`]);
    await endLane(store, DIRECTORY, "failed");
    expect(await states(store, "int_2")).toEqual(["failed"]);
    expect(await states(store, "int_3")).toEqual(["failed"]);
  });

  it("is waited for by prefetches as any purge", async () => {
    await prefetch(store, "int_2", [`${SHOP}else`]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await confirmLane(store, DIRECTORY);
    expect(await confirmLane(store, "prefetch-url")).toEqual([`${SHOP}else`]);
  });

  it("is purged when it is tried anew", async () => {
    await endLane(store, DIRECTORY, "failed");
    await confirmLane(store, "purge-url");
    const [leg] = await rolled(store);
    await store.intake.retry(leg?.head.id ?? "");
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await counts(store, leg?.head.id ?? "")).toMatchObject({ confirmed: 1 });
  });
});
