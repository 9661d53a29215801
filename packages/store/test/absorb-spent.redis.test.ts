import { afterEach, beforeEach, expect, it } from "vitest";
import { absorbLimits, leftovers, purgeDirectory, SITE } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { confirmLane, purge, slotOf } from "./order-steps.ts";
import { counts, waits } from "./steps.ts";

const DAY_MS = 86_400_000;
const DIRECTORIES = Array.from({ length: 5000 }, (_, n) => `${SITE}${n}/`);

let store: Bundle;
beforeEach(async () => {
  const limits = absorbLimits();
  store = await bundle({
    limits: { ...limits, quotas: { ...limits.quotas, directory: 1 } },
    maxPendingTargets: 20_000,
  });
  await purgeDirectory(store, "int_1", [SITE.replace("a.", "b.")]);
  await confirmLane(store, "purge-directory");
});
afterEach(() => store.close());

/** How many commands scripts have called. */
async function commands(): Promise<number> {
  const told = await store.connection.info("commandstats");
  return [...told.matchAll(/^cmdstat_(?!evalsha)\w+(?:\|\w+)?:calls=(\d+)/gm)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}

it("thousands of directories that wait for another day give back what they absorbed, some at each step", async () => {
  await purgeDirectory(store, "int_2", DIRECTORIES);
  await purge(
    store,
    "int_3",
    DIRECTORIES.map((directory) => `${directory}x`),
  );
  expect(await counts(store, "int_3")).toMatchObject({ absorbed: 5000 });
  const slot = await slotOf(store, "purge-directory");
  const before = await commands();
  expect((await waits(store, slot)).why.reason).toBe("quota");
  const after = await commands();
  // Some thirty for each of the two hundred that a step looks at.
  expect(after - before).toBeLessThan(12_000);
  expect((await counts(store, "int_3")).pending).toBeGreaterThan(0);
  for (let sweeps = 0; sweeps < 60 && (await counts(store, "int_3")).absorbed > 0; sweeps += 1)
    await store.work.sweep("ali");
  expect(await counts(store, "int_3")).toMatchObject({ absorbed: 0, pending: 5000 });
});

it("a day that is over is forgotten, for whatever options it was spent", async () => {
  await purgeDirectory(store, "int_2", [`${SITE}1/`]);
  await waits(store, await slotOf(store, "purge-directory"));
  await store.connection.hset("t:{ali}:lane:purge-directory", 'spent:{"Area":"x"}', store.nowMs + DAY_MS);
  const days = async () =>
    (await store.connection.hkeys("t:{ali}:lane:purge-directory")).filter((field) => /^spent/.test(field));
  await store.work.sweep("ali");
  expect(await days()).toEqual(["spent", 'spent:{"Area":"x"}']);
  await store.later(2 * DAY_MS).work.sweep("ali");
  expect(await days()).toEqual([]);
  expect(await leftovers(store)).not.toContain("lane:purge-directory:absorbs");
});
