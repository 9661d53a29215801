import type { Verdict } from "@purgeline/core";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import { HOUR, nextDayMs, nowMs, sendAll, sharesOf, urlShares, withShare } from "./share-steps.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { record, type Sealed, urls } from "./steps.ts";

let store: Bundle;
let box: SlotBox;
afterEach(() => store.close());

const open = async (shares: Readonly<Record<string, number>>): Promise<void> => {
  store = await bundle({ limits: urlShares(shares), nowMs });
  box = slotBox(store);
};
const at = (ms: number): View => store.later(ms - nowMs);
const refused = { do: "end", end: "failed", code: "Bad", message: "", refund: true } as const;
const lost = { do: "retry", inMs: 0, resend: "ambiguous", hold: null } as const;
const until = (ms: number): Verdict => ({ do: "retry", inMs: ms - nowMs, resend: null, hold: null });

async function batch(view: View): Promise<Sealed> {
  const taken = await box.take(view);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  return taken.sealed;
}

it("the parts of a batch keep their place in the share, whoever asks meanwhile", async () => {
  await open({ shop: 10 });
  await box.stage("int_a", urls(10, "a.example.com"), { createdBy: "shop" });
  const whole = await batch(store);
  await box.stage("int_b", urls(10, "b.example.com"), { createdBy: "shop" });
  await box.answer(record(store, whole, { do: "split", code: "Bad", message: "" }));
  expect(await sharesOf(store)).toEqual({ shop: 10 });
  expect(await sendAll(box, store)).toEqual({ "a.example.com": 10 });
  expect(await sharesOf(store)).toEqual({ shop: 10 });
});

it("a part that is refused gives back its part", async () => {
  await open({ shop: 10 });
  await box.stage("int_a", urls(10, "a.example.com"), { createdBy: "shop" });
  await box.answer(record(store, await batch(store), { do: "split", code: "Bad", message: "" }));
  await box.answer(record(store, await batch(store), refused));
  expect(await sharesOf(store)).toEqual({ shop: 5 });
});

it("what is tried again on another day has room in that day's share, or waits without the others", async () => {
  await open({ shop: 5 });
  await box.stage("int_a", urls(5, "a.example.com"), { createdBy: "shop" });
  await box.stage("int_b", urls(5, "b.example.com"), { createdBy: "feed" });
  await box.answer(record(store, await batch(store), until(nextDayMs + HOUR)));
  await box.stage("int_c", urls(5, "c.example.com"), { createdBy: "shop" });
  expect(await sendAll(box, at(nextDayMs))).toEqual({ "c.example.com": 5 });
  const later = at(nextDayMs + HOUR);
  expect(await sendAll(box, later)).toEqual({ "b.example.com": 5 });
  expect(await box.take(later)).toMatchObject({ kind: "wait", why: { reason: "quota" } });
  expect(await sharesOf(later)).toEqual({ shop: 5 });
  expect(await sendAll(box, at(nextDayMs + 24 * HOUR))).toEqual({ "a.example.com": 5 });
});

it("an attempt that nobody knows of counts, and is made again as a whole when there is room", async () => {
  await open({ shop: 15 });
  await box.stage("int_a", urls(10, "a.example.com"), { createdBy: "shop" });
  await box.answer(record(store, await batch(store), lost));
  expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "quota" } });
  expect(await sharesOf(store)).toEqual({ shop: 10 });
  expect((await batch(at(nextDayMs))).batch.items).toHaveLength(10);
});

it("a share that is given back wakes at once what waits for it", async () => {
  await open({ shop: 10 });
  await box.stage("int_a", urls(20, "a.example.com"), { createdBy: "shop" });
  const first = await batch(store);
  expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "quota" } });
  expect((await box.answer(record(store, first, refused))).slots).toHaveLength(1);
  expect((await store.intake.legs("int_a"))[0]?.waiting).not.toMatchObject([{ why: { reason: "quota" } }]);
  expect((await batch(store)).batch.items).toHaveLength(10);
});

it("a share that is given back wakes the batch that waits for it", async () => {
  await open({ shop: 5 });
  await box.stage("int_a", urls(5, "a.example.com"), { createdBy: "shop" });
  await box.answer(record(store, await batch(store), until(nextDayMs + 1_000)));
  await box.stage("int_b", urls(5, "b.example.com"), { createdBy: "shop" });
  const other = await batch(at(nextDayMs));
  const later = at(nextDayMs + 1_000);
  expect(await box.take(later)).toMatchObject({ kind: "wait", why: { reason: "quota" } });
  await box.answer(record(later, other, refused));
  expect(await sendAll(box, later)).toEqual({ "a.example.com": 5 });
});

it("what a batch has booked is forgotten with the shares", async () => {
  await open({ shop: 10 });
  await box.stage("int_a", urls(10, "a.example.com"), { createdBy: "shop" });
  await box.answer(record(store, await batch(store), until(nextDayMs)));
  await store.work.publish("ali", limitsWith({ batch: 10 }), { atMs: 2, digest: "two" });
  // As a program leaves it that does not forget.
  await store.connection.hset("t:{ali}:batch:1", "by", '{"shop":10}', "qState", "spent");
  const again = await batch(at(nextDayMs));
  await store.work.publish("ali", withShare(limitsWith(), { url: { shop: 10 } }), {
    atMs: 3,
    digest: "three",
  });
  await box.answer(record(at(nextDayMs), again, refused));
  expect(await sharesOf(at(nextDayMs))).toEqual({ shop: 0 });
});
