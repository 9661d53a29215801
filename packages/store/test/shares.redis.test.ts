import { afterEach, expect, it } from "vitest";
import { absorbLimits, PAGE, purgeDirectory, SHOP, states } from "./absorb-steps.ts";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import { nextDayMs, nowMs, sendAll, urlShares, withShare } from "./share-steps.ts";
import { slotBox } from "./slot-box.ts";
import { accept, record, seal, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const nextDay = (): View => store.later(nextDayMs - nowMs);

const open = async (units: number) => {
  store = await bundle({ limits: urlShares({ shop: units }), nowMs });
  return slotBox(store);
};

async function shareOf(view: View) {
  const [account] = await view.intake.accounts();
  return account?.quotas.find((each) => each.class === "url")?.shares;
}

it("a producer spends no more of the day than its share, and the others go on", async () => {
  const box = await open(15);
  await box.stage("int_shop", urls(40, "shop.example.com"), { createdBy: "shop" });
  await box.stage("int_feed", urls(40, "feed.example.com"), { createdBy: "feed" });
  expect(await sendAll(box, store)).toEqual({ "shop.example.com": 15, "feed.example.com": 40 });
  expect(await shareOf(store)).toEqual([{ producer: "shop", limit: 15, used: 15 }]);
  await box.stage("int_more", urls(5, "more.example.com"), { createdBy: "feed" });
  expect(await sendAll(box, store)).toEqual({ "more.example.com": 5 });
  expect(await sendAll(box, nextDay())).toEqual({ "shop.example.com": 15 });
  expect(await shareOf(nextDay())).toEqual([{ producer: "shop", limit: 15, used: 15 }]);
});

it("what a share holds back is told by producer, so that nobody reckons with it today", async () => {
  const box = await open(15);
  await box.stage("int_shop", urls(40, "shop.example.com"), { createdBy: "shop" });
  await sendAll(box, store);
  await box.stage("int_feed", urls(5, "feed.example.com"), { createdBy: "feed" });
  const lane = async (view: View) =>
    (await view.intake.accounts())[0]?.lanes.find(({ lane }) => lane === "purge-url");
  expect(await lane(store)).toMatchObject({ pending: 30, parked: { shop: 25 } });
  expect(await lane(nextDay())).not.toHaveProperty("parked");
});

it("what a share holds back says so, and until when, whatever the lane waits for", async () => {
  const box = await open(15);
  await box.stage("int_shop", urls(40, "shop.example.com"), { createdBy: "shop" });
  await sendAll(box, store);
  const why = { reason: "quota", untilMs: nextDayMs };
  const waiting = async (id: string) => (await store.intake.legs(id))[0]?.waiting;
  expect(await waiting("int_shop")).toEqual([{ lane: "purge-url", targets: 25, why }]);
  await box.stage("int_other", urls(5, "other.example.com"), { createdBy: "feed" });
  expect(await box.take(store)).toMatchObject({ kind: "batch" });
  expect(await waiting("int_shop")).toEqual([{ lane: "purge-url", targets: 25, why }]);
  await store.intake.pause("ali");
  await box.stage("int_feed", urls(5, "feed.example.com"), { createdBy: "feed" });
  expect(await waiting("int_feed")).toMatchObject([{ why: { reason: "paused" } }]);
});

it("urgent targets count for it, too", async () => {
  const box = await open(15);
  await box.stage("int_1", urls(10, "a.example.com"), { createdBy: "shop", priority: "urgent" });
  await box.stage("int_2", urls(10, "b.example.com"), { createdBy: "shop" });
  expect(await sendAll(box, store)).toEqual({ "a.example.com": 10, "b.example.com": 5 });
});

it("a refused batch is given back, and one that nobody knows of is not", async () => {
  const box = await open(20);
  await box.stage("int_1", urls(20, "a.example.com"), { createdBy: "shop" });
  const answers = [
    { do: "end", end: "failed", code: "Bad", message: "", refund: true },
    { do: "end", end: "failed", code: "Gone", message: "", refund: false },
  ] as const;
  for (const answer of answers) {
    const taken = await box.take(store);
    if (taken.kind !== "batch") throw new Error("no batch");
    await box.answer(record(store, taken.sealed, answer));
  }
  expect(await shareOf(store)).toEqual([{ producer: "shop", limit: 20, used: 10 }]);
  await box.stage("int_2", urls(20, "b.example.com"), { createdBy: "shop" });
  expect(await sendAll(box, store)).toEqual({ "b.example.com": 10 });
});

it("a larger share lets go of what waits for the day, and none of all", async () => {
  const box = await open(5);
  await box.stage("int_1", urls(30, "a.example.com"), { createdBy: "shop" });
  expect(await sendAll(box, store)).toEqual({ "a.example.com": 5 });
  const larger = withShare(limitsWith({ batch: 10 }), { url: { shop: 12 } });
  await store.work.publish("ali", larger, { atMs: 2, digest: "two" });
  expect((await store.intake.legs("int_1"))[0]?.waiting).not.toMatchObject([{ why: { reason: "quota" } }]);
  expect(await sendAll(box, store)).toEqual({ "a.example.com": 7 });
  await store.work.publish("ali", limitsWith({ batch: 10 }), { atMs: 3, digest: "three" });
  expect((await box.take(store)).kind).toBe("batch");
  expect((await store.intake.legs("int_1"))[0]?.waiting).not.toMatchObject([{ why: { reason: "quota" } }]);
});

it("a directory over its share keeps nobody's URL waiting", async () => {
  const limits = withShare(absorbLimits({ batch: 10 }), { directory: { shop: 0 } });
  store = await bundle({ limits, nowMs });
  const [wide] = await purgeDirectory(store, "int_wide", [SHOP], { createdBy: "shop" });
  await store.stage("int_page", [PAGE], { createdBy: "feed" });
  expect(await states(store, "int_page")).toEqual([`absorbed via ${SHOP}`]);
  const { slots } = await waits(store, wide);
  const sealed = await seal(store, slots[0]);
  expect(sealed.batch.items).toEqual([PAGE]);
  await accept(store, sealed);
  await store.stage("int_late", [`${SHOP}other.html`], { createdBy: "feed" });
  expect(await states(store, "int_late")).toEqual(["pending"]);
});
