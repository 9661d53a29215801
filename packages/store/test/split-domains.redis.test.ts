import type { Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { accept, counts, finish, record, retryAtOnce, type Sealed, SUBMIT, urls } from "./steps.ts";

const MS = 60_000;
const DAY_MS = 86_400_000;
const split: Verdict = { do: "split", code: "Bad", message: "one of them" };
const throttled: Verdict = { do: "retry", inMs: MS, resend: null, hold: { scope: "domains", ms: MS } };
const A = "a.example.com";
const B = "b.example.com";
const C = "c.example.com";

let store: Bundle;
let box: SlotBox;
afterEach(() => store.close());

async function open(perDomainPerMinute: number | null, batch = 4): Promise<void> {
  store = await bundle({ limits: limitsWith({ batch, perDomainPerMinute }) });
  box = slotBox(store);
}

async function sealed(view = store as Parameters<SlotBox["take"]>[0]): Promise<Sealed> {
  const taken = await box.take(view);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  return taken.sealed;
}

async function answer(batch: Sealed, verdict: Verdict): Promise<void> {
  await box.answer(record(store, batch, verdict));
}

/** What counts for a domain in its minute. */
async function spentOf(domain: string): Promise<number> {
  const seconds = await store.connection.hvals(`t:{ali}:window:purge-url:${domain}`);
  return seconds.reduce((sum, each) => sum + Number(each), 0);
}

async function quota() {
  const [account] = await store.intake.accounts();
  return account?.quotas.find((each) => each.class === "url");
}

describe("a half of a split batch", () => {
  it("that the provider throttles holds back its own domains, and no others", async () => {
    await open(null);
    await box.stage("int_1", [...urls(2, A), ...urls(2, B)]);
    await answer(await sealed(), split);
    const half = await sealed();
    expect(half.batch.items).toEqual(urls(2, A));
    await answer(half, throttled);
    expect((await sealed()).batch.items).toEqual(urls(2, B));
    expect(await store.connection.zrange(`t:{ali}:hold:${SUBMIT}:domains`, "0", "-1")).toEqual([A]);
    expect(await store.connection.exists(`t:{ali}:hold:${SUBMIT}`)).toBe(0);
  });

  it("waits for its own domains alone, however it was cut", async () => {
    await open(null, 5);
    await box.stage("int_0", urls(1, B, 9));
    const other = await sealed();
    await box.stage("int_1", [...urls(3, A), ...urls(2, B)]);
    await answer(await sealed(), split);
    await answer(other, throttled);
    expect((await sealed()).batch.items).toEqual(urls(2, A));
    // The other half begins within the first domain and ends with the one that is held.
    expect(await box.take(store)).toMatchObject({ kind: "wait" });
    const then = store.later(MS + 1000);
    expect((await sealed(then)).batch.items).toEqual(urls(1, B, 9));
    expect((await sealed(then)).batch.items).toEqual([...urls(1, A, 2), ...urls(2, B)]);
  });

  it("takes its part of a domain's minute: what the whole had taken was not applied", async () => {
    await open(4, 5);
    await box.stage("int_1", [...urls(3, A), ...urls(2, B)]);
    const whole = await sealed();
    expect([await spentOf(A), await spentOf(B)]).toEqual([3, 2]);
    await answer(whole, split);
    expect([await spentOf(A), await spentOf(B)]).toEqual([0, 0]);
    const first = await sealed();
    expect([await spentOf(A), await spentOf(B)]).toEqual([2, 0]);
    await answer(await sealed(), split);
    expect([await spentOf(A), await spentOf(B)]).toEqual([2, 0]);
    await box.answer(finish(store, first));
    await sealed();
    await sealed();
    expect([await spentOf(A), await spentOf(B)]).toEqual([3, 2]);
  });

  it("waits for room in its domain's minute", async () => {
    await open(4);
    await box.stage("int_1", urls(4, A));
    await answer(await sealed(), split);
    await answer(await sealed(), retryAtOnce);
    // Somebody else's, sealed as both halves wait, would take the minute before them.
    await store.connection.hset(`t:{ali}:window:purge-url:${A}`, Math.floor(store.nowMs / 1000), 3);
    expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    expect((await sealed(store.later(MS + 5000))).batch.items).toEqual(urls(2, A));
  });

  it("leaves in the minute what the whole may have spent: nobody knows whether it was applied", async () => {
    const limits = limitsWith({ batch: 4, perDomainPerMinute: 100 });
    store = await bundle({ limits });
    box = slotBox(store);
    await box.stage("int_1", urls(4, A));
    await answer(await sealed(), { ...retryAtOnce, resend: "ambiguous" } as Verdict);
    // A day has room for less than the whole by now.
    await store.work.publish("ali", { ...limits, quotas: { url: 3 } }, { atMs: 2, digest: "two" });
    expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "quota" } });
    expect(await spentOf(A)).toBe(4);
    expect((await sealed(store.later(DAY_MS))).batch).toMatchObject({
      items: urls(2, A),
      resend: "ambiguous",
    });
  });
});

describe("a batch of several domains that the provider throttles", () => {
  it("is parted by domain, each part tried at once, and only the one that is refused alone waits", async () => {
    await open(null, 6);
    await box.stage("int_1", [...urls(2, A), ...urls(2, B), ...urls(1, C)]);
    const whole = await sealed();
    expect(whole.batch.items).toHaveLength(5);
    await answer(whole, throttled);
    const parts = [await sealed(), await sealed(), await sealed()];
    expect(parts.map(({ batch }) => batch.items)).toEqual([urls(2, A), urls(2, B), urls(1, C)]);
    const [first, culprit, last] = parts as [Sealed, Sealed, Sealed];
    await box.answer(finish(store, first));
    await answer(culprit, throttled);
    await box.answer(finish(store, last));
    expect(await store.connection.zrange(`t:{ali}:hold:${SUBMIT}:domains`, "0", "-1")).toEqual([B]);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 3, pending: 0, sealed: 2 });
    expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
    const again = await sealed(store.later(MS + 1000));
    expect(again.batch).toMatchObject({ id: culprit.batch.id, items: urls(2, B) });
  });

  it("keeps the items of a domain together in their order, wherever they stood, each with its key", async () => {
    store = await bundle({ limits: limitsWith({ batch: 5, resendAfterMs: 2000 }) });
    box = slotBox(store);
    await box.stage("int_1", [...urls(1, A), ...urls(1, B)], { createdBy: "shop" });
    await box.stage("int_2", [...urls(1, B, 1), ...urls(1, A, 1)], { createdBy: "press" });
    const whole = await sealed();
    expect(new Set(whole.batch.items)).toEqual(new Set([...urls(2, A), ...urls(2, B)]));
    const own = (domain: string) => whole.batch.items.filter((item) => item.includes(domain));
    await answer(whole, throttled);
    const parts = [await sealed(), await sealed()];
    expect(parts.map(({ batch }) => batch.items).sort()).toEqual([own(A), own(B)]);
    // Under way with its part, a key that is wanted again waits behind it, and goes when it is answered.
    await box.stage("int_3", urls(2, A));
    expect(await box.take(store)).toMatchObject({ kind: expect.not.stringMatching("batch") });
    for (const part of parts) await box.answer(finish(store, part));
    expect((await sealed(store.later(2500))).batch.items).toEqual(own(A));
    for (const id of ["int_1", "int_2"]) expect(await counts(store, id)).toMatchObject({ confirmed: 2 });
  });

  it("spends neither quota nor a domain's minute twice", async () => {
    await open(4, 5);
    await box.stage("int_1", [...urls(3, A), ...urls(2, B)]);
    await answer(await sealed(), throttled);
    expect([await spentOf(A), await spentOf(B)]).toEqual([0, 0]);
    expect(await quota()).toMatchObject({ used: 0, reserved: 5 });
    const first = await sealed();
    expect([await spentOf(A), await spentOf(B)]).toEqual([3, 0]);
    await box.answer(finish(store, first));
    await answer(await sealed(), throttled);
    // What waits for its domain keeps what it has reserved of the day.
    expect(await quota()).toMatchObject({ used: 3, reserved: 2 });
    expect([await spentOf(A), await spentOf(B)]).toEqual([3, 0]);
  });
});

it("a domain that two producers bring into one batch counts as one", async () => {
  await open(4);
  await box.stage("int_1", urls(2, A), { createdBy: "shop" });
  await box.stage("int_2", urls(2, A, 2), { createdBy: "press" });
  const both = await sealed();
  expect(both.batch.items).toHaveLength(4);
  await answer(both, retryAtOnce);
  await store.connection.hset(`t:{ali}:window:purge-url:${A}`, Math.floor(store.nowMs / 1000), 1);
  expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
});

it("a batch forgets its domains with the answer: it is kept for days", async () => {
  await open(null);
  await box.stage("int_1", urls(2, A));
  const batch = await sealed();
  const key = `t:{ali}:batch:${batch.batch.id.split("_").at(-1)}`;
  await accept(store, batch);
  expect(await store.connection.hget(key, "domains")).toBeNull();
});
