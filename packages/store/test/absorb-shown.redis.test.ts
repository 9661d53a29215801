import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { absorbLimits, PAGE, purgeDirectory, SHOP, SITE } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { endLane, purge, sealLane, slotOf } from "./order-steps.ts";
import { finish, record, waits } from "./steps.ts";

let store: Bundle;
beforeEach(async () => {
  const limits = absorbLimits();
  store = await bundle({ limits, coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
});
afterEach(() => store.close());

/** What an intent's receipt says that it waits for: lane, targets, reason, and whether it knows until when. */
async function waiting(id: string): Promise<readonly string[]> {
  const [leg] = await store.intake.legs(id);
  return (leg?.waiting ?? []).map(
    ({ lane, targets, why }) => `${lane} ${targets} ${why.reason}${why.untilMs === null ? "" : " until"}`,
  );
}

/** How often scripts have read fields of hashes. */
async function readsOfFields(): Promise<number> {
  const told = await store.connection.info("commandstats");
  const counts = [...told.matchAll(/^cmdstat_hm?get:calls=(\d+)/gm)].map(([, calls]) => Number(calls));
  return counts.reduce((sum, calls) => sum + calls, 0);
}

/** Of the lanes in which something is pending: how much, and what for. */
async function pending(): Promise<Readonly<Record<string, string>>> {
  const [account] = await store.intake.accounts();
  const lanes = (account?.lanes ?? []).filter((lane) => lane.pending > 0);
  return Object.fromEntries(
    lanes.map((lane) => [lane.lane, `${lane.pending} ${lane.waiting?.reason ?? "-"}`]),
  );
}

describe("what is absorbed is shown to wait", () => {
  const both = [PAGE, `${PAGE}?2`];
  beforeEach(async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", both);
    await waits(store, await slotOf(store, "purge-directory"));
  });

  it("for what the directory waits for, and it counts", async () => {
    expect(await waiting("int_2")).toEqual(["purge-url 2 quiet until"]);
    expect(await pending()).toEqual({ "purge-directory": "1 quiet", "purge-url": "2 quiet" });
    await store.intake.pause("ali");
    expect(await waiting("int_2")).toEqual(["purge-url 2 paused"]);
    expect(await pending()).toEqual({ "purge-directory": "1 paused", "purge-url": "2 paused" });
  });

  it("in one row with what waits in its lane for the same, apart from what waits for something else", async () => {
    await purge(store, "int_3", [`${SITE}else`, `${PAGE}?3`]);
    expect(await waiting("int_3")).toEqual(["purge-url 1 rate", "purge-url 1 quiet until"]);
    await store.intake.pause("ali");
    expect(await waiting("int_3")).toEqual(["purge-url 2 paused"]);
    expect((await pending())["purge-url"]).toBe("4 paused");
  });

  it("through a directory that was absorbed itself", async () => {
    await purgeDirectory(store, "int_4", [SITE], { priority: "urgent" });
    const sealed = await sealLane(store, "purge-directory");
    expect(sealed?.batch.items).toEqual([SITE]);
    expect(await waiting("int_2")).toEqual([]);
    if (sealed !== null) await record(store, sealed, { do: "retry", inMs: 60_000, resend: null, hold: null });
    await waits(store, await slotOf(store, "purge-directory"));
    expect(await waiting("int_2")).toEqual(["purge-url 2 provider until"]);
    expect(await pending()).toEqual({ "purge-directory": "1 provider", "purge-url": "2 provider" });
  });

  it("where many directories absorbed it, for what the first hundred wait for, and else for its lane", async () => {
    const directories = Array.from({ length: 130 }, (_, n) => `${SITE}${n}/`);
    await purgeDirectory(store, "int_3", directories);
    await purge(
      store,
      "int_4",
      directories.map((directory) => `${directory}page.html`),
    );
    const before = await readsOfFields();
    expect((await waiting("int_4")).toSorted()).toEqual(["purge-url 100 quiet until", "purge-url 30 rate"]);
    expect((await readsOfFields()) - before).toBeLessThan(130);
  });

  it("until the directory is on its way, and not when it has ended or let it go", async () => {
    await purge(store, "int_3", [PAGE], { priority: "urgent" });
    const sealed = await sealLane(store, "purge-directory");
    expect(await waiting("int_2")).toEqual([]);
    expect(await pending()).toEqual({ "purge-url": "2 -" });
    await store.intake.cancel("int_2");
    expect(await pending()).toEqual({ "purge-url": "1 -" });
    if (sealed !== null) await finish(store, sealed);
    expect(await pending()).toEqual({});
    expect(await store.connection.hkeys("t:{ali}:lane:purge-directory")).not.toContain("absorbed:purge-url");
  });

  it("once, when it waits for itself again", async () => {
    await store.intake.cancel("int_1");
    expect(await pending()).toEqual({ "purge-url": "2 -" });
    await purgeDirectory(store, "int_4", [SHOP], { priority: "urgent" });
    await endLane(store, "purge-directory", "failed");
    expect(await pending()).toMatchObject({ "purge-url": expect.stringMatching(/^2 /) });
    await store.intake.cancel("int_2");
    expect(await pending()).toEqual({});
  });
});
