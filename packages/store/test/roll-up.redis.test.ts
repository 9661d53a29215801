import type { Limits } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { leftovers, SHOP, SITE, states } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { confirmLane, purge, sealLane, sealUnswept, slotOf } from "./order-steps.ts";
import { DIRECTORY, PAGES, rolled, rollLimits, units } from "./roll-steps.ts";
import { counts, finish, keys, rescue, seal, waits } from "./steps.ts";

let store: Bundle;
const open = async (...args: Parameters<typeof rollLimits>): Promise<void> => {
  store = await bundle({ limits: rollLimits(...args) });
};
afterEach(() => store.close());

describe("a hundred URLs that wait in a directory which may be purged instead", () => {
  it("cost one unit of directories and none of URLs, whoever asked for them", async () => {
    await open();
    await purge(store, "int_1", PAGES.slice(0, 60));
    await purge(store, "int_2", PAGES.slice(40), { createdBy: "blog" });
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await units(store)).toEqual({ url: 0, directory: 1 });
    expect(new Set([...(await states(store, "int_1")), ...(await states(store, "int_2"))])).toEqual(
      new Set([`confirmed via ${SHOP}`]),
    );
    expect(await leftovers(store)).toEqual([]);
    expect((await keys(store)).filter((key) => /below|rollups/.test(key))).toEqual([]);
  });

  it("are purged by an intent that says what it is", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    await sealLane(store, "purge-url");
    const [leg, ...others] = await rolled(store);
    expect(others).toEqual([]);
    expect(leg).toMatchObject({
      head: { labels: { rollup: "purge-url" }, hosts: ["a.example.com"], op: "purge" },
    });
    expect(await states(store, leg?.head.id ?? "")).toEqual(["pending"]);
    await confirmLane(store, DIRECTORY);
    expect(await states(store, leg?.head.id ?? "")).toEqual(["confirmed"]);
  });

  it("become one directory, however many look at once", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    const slot = await slotOf(store, "purge-url");
    if (slot === undefined) throw new Error("no slot");
    await Promise.all(Array.from({ length: 8 }, (_, n) => store.later(n).work.take(slot)));
    expect(await rolled(store)).toHaveLength(1);
    expect(await counts(store, "int_1")).toMatchObject({ absorbed: 100, pending: 0 });
  });

  it("are purged where the process died that had made a directory of them", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    const slot = await slotOf(store, "purge-url");
    if (slot === undefined) throw new Error("no slot");
    expect(await store.work.take(slot)).toMatchObject({ kind: "rolled", absorbed: 100 });
    const later = store.later(30_000);
    const minted = (await rescue(later)).find(({ kind }) => kind.for === "submit" && kind.lane === DIRECTORY);
    const sealed = await seal(later, minted);
    expect(sealed.batch.items).toEqual([SHOP]);
    await finish(later, sealed);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 100 });
    expect(await rolled(store)).toHaveLength(1);
  });

  it("take in those that come while it waits, and none that come later", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    await sealLane(store, "purge-url");
    await purge(store, "int_2", [`${SHOP}more`]);
    expect(await states(store, "int_2")).toEqual([`absorbed via ${SHOP}`]);
    const sealed = await sealLane(store, DIRECTORY);
    await purge(store, "int_3", [`${SHOP}late`]);
    expect(await confirmLane(store, "purge-url")).toEqual([`${SHOP}late`]);
    if (sealed !== null) await finish(store, sealed);
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 1 });
  });

  it("queue the directory at once", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    const slot = await slotOf(store, "purge-url");
    if (slot === undefined) throw new Error("no slot");
    const taken = await store.work.take(slot);
    expect(taken).toMatchObject({ slots: [{ kind: { for: "submit", lane: DIRECTORY } }] });
  });

  it("are more than one step takes in, and the others follow", async () => {
    await open();
    const many = Array.from({ length: 2_500 }, (_, n) => `${SHOP}${n}`);
    await purge(store, "int_1", many);
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    for (let takes = 0; takes < 3; takes += 1) expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    // One step ends 2,000; the next sweep goes on.
    await store.work.sweep("ali");
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 2_500 });
    expect(await units(store)).toEqual({ url: 0, directory: 1 });
  });

  it("pass their class on", async () => {
    store = await bundle({ limits: rollLimits(), coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
    await purge(store, "int_1", PAGES.slice(1));
    await purge(store, "int_2", PAGES.slice(0, 1), { priority: "urgent" });
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 1 });
  });

  it("go with a directory while their own quota is spent", async () => {
    await open({ url: 10 });
    await purge(
      store,
      "int_1",
      PAGES.slice(0, 10).map((page) => page.replace("shop", "blog")),
    );
    await confirmLane(store, "purge-url");
    await purge(store, "int_2", PAGES.slice(1));
    expect((await waits(store, await slotOf(store, "purge-url"))).why.reason).toBe("quota");
    const [slot] = await purge(store, "int_3", PAGES.slice(0, 1));
    if (slot === undefined) throw new Error("nobody looks at it");
    expect(await store.work.take(slot)).toMatchObject({ kind: "rolled", absorbed: 100 });
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await units(store)).toEqual({ url: 10, directory: 1 });
  });
});

/** null: URLs are not rolled up at all. */
function rollingUp(limits: Limits, directories: readonly string[] | null): Limits {
  const { rollUp, ...url } = limits.lanes["purge-url"] ?? raise();
  const lane =
    rollUp === undefined || directories === null ? url : { ...url, rollUp: { ...rollUp, directories } };
  return { ...limits, lanes: { ...limits.lanes, "purge-url": lane } };
}

function raise(): never {
  throw new Error("no purge-url");
}

describe("the count", () => {
  const counted = async () => (await keys(store)).filter((key) => /:(below|rollups)/.test(key));

  it("forgets those that were sent", async () => {
    await open();
    await purge(store, "int_1", PAGES.slice(1));
    expect(await counted()).toHaveLength(1);
    expect(await confirmLane(store, "purge-url")).toHaveLength(99);
    expect(await counted()).toEqual([]);
  });

  it("forgets those that were cancelled, however many, before it is too small", async () => {
    await open();
    await purge(
      store,
      "int_1",
      Array.from({ length: 2_500 }, (_, n) => `${SHOP}${n}`),
    );
    await purge(store, "int_2", PAGES);
    await store.intake.cancel("int_1");
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 100 });
  });

  it.each<[string, (limits: Limits) => Limits]>([
    ["the directory", (limits) => rollingUp(limits, [`${SITE}other/`])],
    ["roll-up", (limits) => rollingUp(limits, null)],
  ])("names none that may have enough where %s has left the configuration", async (_what, change) => {
    await open();
    await purge(store, "int_1", PAGES);
    expect((await counted()).filter((key) => key.endsWith("rollups"))).toHaveLength(1);
    await store.work.publish("ali", change(rollLimits()), { atMs: 2, digest: "two" });
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    expect((await counted()).filter((key) => key.endsWith("rollups"))).toEqual([]);
  });

  it("counts none that a purge of the directory may not reach", async () => {
    await open();
    const elsewhere = [`${SHOP}../x`, `${SHOP}a/%2e./x`, `${SITE}shopping/x`, SHOP.replace("https", "http")];
    await purge(store, "int_1", elsewhere);
    expect(await counted()).toEqual([]);
  });

  it("counts none that a pending purge covers already", async () => {
    await open();
    await purge(store, "int_1", [SITE], { lane: DIRECTORY });
    await purge(store, "int_2", PAGES);
    expect(await counted()).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SITE]);
    expect(await rolled(store)).toEqual([]);
  });

  it("tells of those that a purge has covered which is over already", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    await purge(store, "int_2", [SITE], { lane: DIRECTORY });
    const sealed = await sealUnswept(store, DIRECTORY);
    if (sealed !== null) await finish(store, sealed);
    expect(await sealUnswept(store, "purge-url")).toBeNull();
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 100 });
    expect(store.told).toEqual(
      new Map([
        ["purge-directory confirmed", 1],
        ["purge-url confirmed", 100],
      ]),
    );
    expect(await rolled(store)).toEqual([]);
  });

  it("is of no use where somebody's own purge has come that covers them", async () => {
    await open();
    await purge(store, "int_1", PAGES);
    await purge(store, "int_2", [SITE], { lane: DIRECTORY });
    expect(await confirmLane(store, "purge-url")).toEqual([]);
    expect(await confirmLane(store, DIRECTORY)).toEqual([SITE]);
    expect(await rolled(store)).toEqual([]);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 100 });
  });
});
