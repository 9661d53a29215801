import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { absorbLimits, leftovers, PAGE, purgeDirectory, SHOP, SITE, states } from "./absorb-steps.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { confirmLane, endLane, endTask, purge, sealLane, slotOf } from "./order-steps.ts";
import { accept, counts, record, rescued, waits } from "./steps.ts";

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: absorbLimits() });
});
afterEach(() => store.close());

describe("what was absorbed waits for itself again", () => {
  beforeEach(async () => {
    await purgeDirectory(store, "int_1", [SHOP]);
    await purge(store, "int_2", [PAGE, `${PAGE}?2`]);
    await purge(store, "int_3", [`${SITE}else`]);
  });
  const both = [PAGE, `${PAGE}?2`];

  it.each(["failed", "unconfirmed"] as const)("in its old place, when the directory ends %s", async (end) => {
    await endLane(store, "purge-directory", end);
    expect(await states(store, "int_1")).toEqual([end]);
    expect(await states(store, "int_2")).toEqual(["pending", "pending"]);
    expect(await confirmLane(store, "purge-url")).toEqual([...both, `${SITE}else`]);
    expect(await states(store, "int_2")).toEqual(["confirmed", "confirmed"]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("when a query tells that it failed", async () => {
    const sealed = await sealLane(store, "purge-directory");
    if (sealed === null) throw new Error("no directory");
    await accept(store, sealed);
    expect(await counts(store, "int_2")).toMatchObject({ absorbed: 2 });
    await endTask(store, sealed, [{ index: 0, end: "failed", code: "Bad", message: "" }], 0);
    expect(await confirmLane(store, "purge-url")).toEqual([...both, `${SITE}else`]);
  });

  it("when the directory is cancelled", async () => {
    expect((await store.intake.cancel("int_1")).targets).toBe(1);
    expect(await states(store, "int_2")).toEqual(["pending", "pending"]);
    expect(await confirmLane(store, "purge-url")).toEqual([...both, `${SITE}else`]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("and is absorbed anew, when the directory goes on for somebody else", async () => {
    await purgeDirectory(store, "int_4", [SHOP]);
    await store.intake.cancel("int_1");
    expect(await states(store, "int_2")).toEqual(["pending", "pending"]);
    expect(await confirmLane(store, "purge-url")).toEqual([`${SITE}else`]);
    expect(await states(store, "int_2")).toEqual([`absorbed via ${SHOP}`, `absorbed via ${SHOP}`]);
    expect(await confirmLane(store, "purge-directory")).toEqual([SHOP]);
    expect(await states(store, "int_2")).toEqual([`confirmed via ${SHOP}`, `confirmed via ${SHOP}`]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("with the interests of those who wanted it meanwhile", async () => {
    const sealed = await sealLane(store, "purge-directory");
    await purge(store, "int_4", both);
    await purge(store, "int_5", [PAGE]);
    if (sealed === null) throw new Error("no directory");
    await record(store, sealed, { do: "end", end: "failed", code: "Bad", message: "", refund: true });
    expect(await confirmLane(store, "purge-url")).toEqual([...both, `${SITE}else`]);
    for (const id of ["int_2", "int_4"]) expect(await states(store, id)).toEqual(["confirmed", "confirmed"]);
    expect(await states(store, "int_5")).toEqual(["confirmed"]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("through a directory that was absorbed itself", async () => {
    await purgeDirectory(store, "int_4", [SITE]);
    await sealLane(store, "purge-directory").then(async (sealed) => {
      expect(sealed?.batch.items).toEqual([SITE]);
      expect(await states(store, "int_1")).toEqual([`absorbed via ${SITE}`]);
      if (sealed !== null)
        await record(store, sealed, { do: "end", end: "failed", code: "Bad", message: "", refund: true });
    });
    expect(await states(store, "int_2")).toEqual([`absorbed via ${SHOP}`, `absorbed via ${SHOP}`]);
    await endLane(store, "purge-directory", "failed");
    expect(await confirmLane(store, "purge-url")).toEqual([...both, `${SITE}else`]);
    expect(await leftovers(store)).toEqual([]);
  });
});

it("a directory that waits for another day gives back what it absorbed, and takes nothing in", async () => {
  await store.close();
  const limits = absorbLimits();
  store = await bundle({ limits: { ...limits, quotas: { ...limits.quotas, directory: 1 } } });
  await purgeDirectory(store, "int_1", [SITE.replace("a.", "b.")]);
  expect(await confirmLane(store, "purge-directory")).toHaveLength(1);
  await purgeDirectory(store, "int_2", [SHOP]);
  await purge(store, "int_3", [PAGE]);
  expect(await states(store, "int_3")).toEqual([`absorbed via ${SHOP}`]);
  const waiting = await waits(store, await slotOf(store, "purge-directory"));
  expect(waiting.why.reason).toBe("quota");
  expect(waiting.slots.map(({ kind }) => kind)).toEqual([{ for: "submit", lane: "purge-url" }]);
  expect(await states(store, "int_3")).toEqual(["pending"]);
  await purge(store, "int_4", [`${PAGE}?2`]);
  expect(await states(store, "int_4")).toEqual(["pending"]);
  expect(await confirmLane(store, "purge-url")).toEqual([PAGE, `${PAGE}?2`]);
  const tomorrow = await rescued(store, 86_400_000);
  expect((await store.later(86_425_000).take(tomorrow)).items).toEqual([SHOP]);
});

it("a sealed directory that the provider refused for want of quota gives back what it absorbed", async () => {
  await purgeDirectory(store, "int_1", [SHOP]);
  await purge(store, "int_2", [PAGE]);
  const sealed = await sealLane(store, "purge-directory");
  if (sealed === null) throw new Error("no directory");
  const spent = [{ class: "directory", remaining: null }];
  await record(store, sealed, { do: "retry", inMs: 0, resend: null, hold: { scope: "quota", spent } });
  expect(await states(store, "int_2")).toEqual([`absorbed via ${SHOP}`]);
  expect(await sealLane(store, "purge-directory")).toBeNull();
  expect(await states(store, "int_2")).toEqual(["pending"]);
  expect(await confirmLane(store, "purge-url")).toEqual([PAGE]);
});

it("what comes back twice, with an older wish and out of a younger directory that joins its older self, is one again", async () => {
  const nested = `${SHOP}nested/`;
  await purgeDirectory(store, "int_1", [SITE]);
  await purgeDirectory(store, "int_2", [nested]);
  await purgeDirectory(store, "int_3", [SHOP]);
  const sealed = await sealLane(store, "purge-directory");
  if (sealed === null) throw new Error("no directory");
  expect(sealed.batch.items).toEqual([SITE]);
  await accept(store, sealed);
  await purgeDirectory(store, "int_4", [SHOP]);
  await purgeDirectory(store, "int_5", [nested]);
  expect(await states(store, "int_5")).toEqual([`absorbed via ${SHOP}`]);
  await endTask(store, sealed, [{ index: 0, end: "failed", code: "Bad", message: "" }], 0);
  for (let i = 0; i < 3; i += 1) {
    await store.work.sweep("ali");
    await confirmLane(store, "purge-directory");
  }
  for (const id of ["int_2", "int_3", "int_4", "int_5"])
    expect(await states(store, id), id).toEqual([expect.stringMatching(/^confirmed/)]);
  expect(await leftovers(store)).toEqual([]);
});
