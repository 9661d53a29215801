import { afterEach, expect, it } from "vitest";
import { absorbLimits, PAGE, purgeDirectory, SHOP, states } from "./absorb-steps.ts";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { orderLimits, prefetch, purge, sealLane, sealUnswept } from "./order-steps.ts";
import { nextDayMs, nowMs, sendAll, sharesOf, urlShares, withShare } from "./share-steps.ts";
import { slotBox } from "./slot-box.ts";
import { finish, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const HOST = "a.example.com";
const twenty = urls(20, HOST);
const open = async (shares: Readonly<Record<string, number>>) => {
  store = await bundle({ limits: urlShares(shares), nowMs });
  return slotBox(store);
};

it("what a spent share holds back goes for whoever else asks for it", async () => {
  const box = await open({ shop: 5 });
  await box.stage("int_shop", twenty, { createdBy: "shop" });
  expect(await sendAll(box, store)).toEqual({ [HOST]: 5 });
  await box.stage("int_ops", twenty.slice(10), { createdBy: "ops" });
  expect(await sendAll(box, store)).toEqual({ [HOST]: 10 });
  expect(await sharesOf(store)).toEqual({ shop: 5 });
  expect((await store.intake.legs("int_ops"))[0]?.counts).toMatchObject({ confirmed: 10 });
});

it("so does what others asked for before the share was spent, urgent or not", async () => {
  const box = await open({ shop: 5 });
  await box.stage("int_shop", twenty, { createdBy: "shop", priority: "urgent" });
  await box.stage("int_ops", twenty.slice(10), { createdBy: "ops" });
  await box.stage("int_desk", twenty.slice(5, 10), { createdBy: "desk", priority: "urgent" });
  expect(await sendAll(box, store)).toEqual({ [HOST]: 20 });
  expect(await sharesOf(store)).toEqual({ shop: 5 });
});

it("a target counts for whoever it was sent for, and not for whoever asked first", async () => {
  const box = await open({ shop: 5, feed: 5 });
  await box.stage("int_shop", twenty, { createdBy: "shop" });
  expect(await sendAll(box, store)).toEqual({ [HOST]: 5 });
  await box.stage("int_feed", twenty.slice(5), { createdBy: "feed", priority: "urgent" });
  expect(await sendAll(box, store)).toEqual({ [HOST]: 5 });
  expect(await sharesOf(store)).toEqual({ shop: 5, feed: 5 });
  expect(await sendAll(box, store.later(nextDayMs - nowMs))).toEqual({ [HOST]: 10 });
  expect(await sharesOf(store.later(nextDayMs - nowMs))).toEqual({ shop: 5, feed: 5 });
});

it("a prefetch that waited for its purge goes for each who wants it", async () => {
  const limits = orderLimits();
  const lane = limits.lanes["prefetch-url"];
  if (lane === undefined) throw new Error("no prefetch-url");
  const lanes = { ...limits.lanes, "prefetch-url": { ...lane, quota: "url" } };
  store = await bundle({ limits: withShare({ ...limits, lanes }, { url: { shop: 0 } }), nowMs });
  await purge(store, "int_purge", [PAGE], { createdBy: "ops" });
  await prefetch(store, "int_shop", [PAGE], { createdBy: "shop" });
  await prefetch(store, "int_ops", [PAGE], { createdBy: "ops" });
  const sealed = await sealLane(store, "purge-url");
  if (sealed === null) throw new Error("no purge");
  await finish(store, sealed);
  expect((await sealLane(store, "prefetch-url"))?.batch.items).toEqual([PAGE]);
});

it("what comes back from a directory goes for each who wants it", async () => {
  const limits = withShare(absorbLimits({ quota: "url" }), { url: { shop: 0 } });
  store = await bundle({ limits, nowMs });
  await purgeDirectory(store, "int_wide", [SHOP], { createdBy: "ops" });
  await store.stage("int_shop", [PAGE], { createdBy: "shop" });
  await store.stage("int_ops", [PAGE], { createdBy: "ops" });
  expect(await states(store, "int_ops")).toEqual([`absorbed via ${SHOP}`]);
  await store.intake.cancel("int_wide");
  expect((await sealLane(store, "purge-url"))?.batch.items).toEqual([PAGE]);
});

it("a share of one area is no reason to wait in another, nor after all that it held back was cancelled", async () => {
  const quotaByOption = { option: "Area", classes: { overseas: ["url@overseas"] } };
  const plain = limitsWith({ quotaByOption });
  const quotas = { ...plain.quotas, "url@overseas": 100 };
  store = await bundle({ limits: withShare({ ...plain, quotas }, { "url@overseas": { shop: 0 } }), nowMs });
  const box = slotBox(store);
  const why = async (id: string) => (await store.intake.legs(id))[0]?.waiting[0]?.why?.reason ?? null;
  await box.stage("int_far", urls(5, HOST), { createdBy: "shop", options: { Area: "overseas" } });
  await box.stage("int_home", urls(5, HOST), { createdBy: "shop" });
  expect(await box.take(store)).toMatchObject({ sealed: { batch: { items: urls(5, HOST) } } });
  await box.stage("int_more", urls(5, HOST), { createdBy: "shop" });
  expect(await why("int_far")).toBe("quota");
  expect(await why("int_more")).not.toBe("quota");
  await store.intake.cancel("int_far");
  await store.intake.cancel("int_more");
  const fields = await store.connection.hkeys("t:{ali}:lane:purge-url");
  expect(fields.filter((field) => field.startsWith("spent"))).toEqual([]);
});

it("looks once a take at what waits for a share, however many hosts that is", async () => {
  const limits = withShare(absorbLimits({ batch: 100 }), { directory: { shop: 0 } });
  store = await bundle({ limits, nowMs });
  const hosts = Array.from({ length: 20 }, (_, i) => `https://h${i}.example.com/`);
  await purgeDirectory(store, "int_wide", hosts, { createdBy: "shop" });
  await store.stage(
    "int_pages",
    hosts.map((host) => `${host}page`),
    { createdBy: "feed" },
  );
  await store.connection.config("RESETSTAT");
  expect(await sealUnswept(store, "purge-directory")).toBeNull();
  const told = await store.connection.info("commandstats");
  // And once at what each of them holds.
  expect(Number(/cmdstat_hscan:calls=(\d+)/.exec(told)?.[1])).toBe(1 + hosts.length);
  expect(new Set(await states(store, "int_pages"))).toEqual(new Set(["pending"]));
});
