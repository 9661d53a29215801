import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leftovers, purgeDirectory, SHOP, SITE, states } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { confirmLane, endLane, prefetch, purge, sealLane, slotOf } from "./order-steps.ts";
import { DIRECTORY, PAGES, rolled, rollLimits } from "./roll-steps.ts";
import { polled, record, rescue, seal, waits } from "./steps.ts";

const DAY_MS = 86_400_000;
const withPort = (text: string): string => text.replace(".com/", ".com:443/");
const withoutPort = (text: string): string => text.replace(":443/", "/");

let store: Bundle;
const open = async (): Promise<void> => {
  store = await bundle({ limits: rollLimits(), keyOf: withoutPort });
};
afterEach(() => store.close());

describe("a purge that somebody asked for, of a directory that was rolled up meanwhile", () => {
  /** A failed purge of the whole site brings the own purge back, and that finds the rolled directory in its place. */
  beforeEach(async () => {
    await open();
    await purgeDirectory(store, "int_wide", [SITE]);
    await purgeDirectory(store, "int_own", [SHOP]);
    const wide = await sealLane(store, DIRECTORY);
    await purge(store, "int_pages", PAGES);
    await sealLane(store, "purge-url");
    expect(await rolled(store)).toHaveLength(1);
    if (wide === null) throw new Error("nothing was sealed");
    await record(store, wide, { do: "end", end: "failed", code: "No", message: "", refund: true });
    await purgeDirectory(store, "int_other", [SHOP], { createdBy: "blog" });
    await store.intake.cancel("int_own");
  });

  it("is sent when who asked first, and the URLs, are cancelled", async () => {
    await store.intake.cancel("int_pages");
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await states(store, "int_other")).toEqual(["confirmed"]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("fails the prefetches that wait for it", async () => {
    await prefetch(store, "int_next", [`${SHOP}else`]);
    await endLane(store, DIRECTORY, "failed");
    expect(await states(store, "int_other")).toEqual(["failed"]);
    expect(await states(store, "int_next")).toEqual(["failed"]);
  });
});

describe("a directory that waits already, spelled so that it takes in no URLs", () => {
  it("is not rolled up: the URLs go themselves, and whoever asks for it next has it purged", async () => {
    await open();
    await purgeDirectory(store, "int_own", [withPort(SHOP)]);
    await purge(store, "int_pages", PAGES);
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    expect(await rolled(store)).toEqual([]);
    await purgeDirectory(store, "int_other", [SHOP], { createdBy: "blog" });
    await store.intake.cancel("int_own");
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await states(store, "int_other")).toEqual(["confirmed"]);
  });
});

describe("a directory that an older program takes for nobody's although somebody asked for it", () => {
  beforeEach(async () => {
    await open();
    await purge(store, "int_pages", PAGES);
    await sealLane(store, "purge-url");
    await purgeDirectory(store, "int_own", [SHOP]);
    const [leg] = await rolled(store);
    const number = await store.connection.get(`t:{ali}:intent:${leg?.head.id}`);
    await store.connection.hset(`t:{ali}:leg:${number}`, "rolled", "1");
  });

  it("is purged though its URLs were cancelled", async () => {
    await store.intake.cancel("int_pages");
    expect(await confirmLane(store, DIRECTORY)).toEqual([SHOP]);
    expect(await states(store, "int_own")).toEqual(["confirmed"]);
  });

  it("is purged on another day where this one has no unit left", async () => {
    const figures = [{ class: "directory", limit: null, remaining: 0, batch: null }];
    await store.work.settleQuota("ali", { figures, hold: null, seen: polled, isLast: true });
    await waits(store, await slotOf(store, DIRECTORY));
    expect(await confirmLane(store, "purge-url")).toEqual(PAGES);
    const later = store.later(2 * DAY_MS);
    const minted = (await rescue(later)).filter(
      ({ kind }) => kind.for === "submit" && kind.lane === DIRECTORY,
    );
    expect((await seal(later, minted.at(-1))).batch.items).toEqual([SHOP]);
  });
});
