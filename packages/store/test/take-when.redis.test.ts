import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { drain, finish, rescue, rescued, seal, sealAll, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const quiet = { quietMs: 1000, maxWaitMs: 5000 };

describe("coalescing", () => {
  it("waits until nothing has come for quietMs", async () => {
    store = await bundle({ coalesce: quiet });
    const [slot] = await store.stage("int_1", urls(1));
    await store.later(900).stage("int_2", urls(1, "b.example.com"));
    expect(await waits(store.later(1500), slot)).toMatchObject({ why: { reason: "quiet" }, pending: 2 });
    expect((await seal(store.later(1901), slot)).batch.items).toHaveLength(2);
  });

  it("waits no longer than maxWaitMs, however often something comes", async () => {
    store = await bundle({ coalesce: quiet });
    const [slot] = await store.stage("int_0", urls(1));
    for (let at = 500; at < 5000; at += 500) await store.later(at).stage(`int_${at}`, urls(1, undefined, at));
    expect(await waits(store.later(4800), slot)).toMatchObject({ why: { reason: "quiet" } });
    expect((await seal(store.later(5001), slot)).batch.items).toHaveLength(10);
  });

  it("counts maxWaitMs from the first normal target, though an urgent one waited before it", async () => {
    store = await bundle({ coalesce: quiet, limits: limitsWith({ perDomainPerMinute: 1 }) });
    const [urgent] = await store.stage("int_u", urls(2, "u.example.com"), { priority: "urgent" });
    await finish(store, await seal(store, urgent));
    for (let at = 0; at < 5000; at += 500)
      await store.later(at).stage(`int_${at}`, urls(1, `h${at}.example.com`));
    const then = store.later(5001);
    expect((await seal(then, (await rescue(then))[0])).batch.items).toHaveLength(10);
  });

  it("sends a full batch at once", async () => {
    store = await bundle({ coalesce: quiet });
    const [slot] = await store.stage("int_1", urls(500));
    await waits(store, slot);
    const [woken] = await store.stage("int_2", urls(500, "b.example.com"));
    expect((await seal(store, woken)).batch.items).toHaveLength(1000);
  });

  it("sends urgent targets at once, while normal ones keep quiet", async () => {
    store = await bundle({ coalesce: quiet });
    const [slot] = await store.stage("int_1", urls(3));
    await waits(store, slot);
    const [woken] = await store.stage("int_2", urls(2, "b.example.com"), { priority: "urgent" });
    expect((await seal(store, woken)).batch.items).toEqual(urls(2, "b.example.com"));
    expect((await seal(store.later(1001), await rescued(store))).batch.items).toEqual(urls(3));
  });
});

it("every 8th call starts with normal targets while urgent ones fill all others, however takes wait between", async () => {
  store = await bundle({
    limits: { ...limitsWith({ batch: 10, inFlight: 1 }), quotas: {} },
    coalesce: { quietMs: 0, maxWaitMs: 0 },
  });
  await store.stage("int_n", urls(100, "n.example.com"));
  await store.stage("int_u", urls(400, "u.example.com"), { priority: "urgent" });
  const normal: number[] = [];
  let call = 0;
  await drain(store, async (sealed) => {
    call += 1;
    if (sealed.batch.items[0]?.includes("n.example")) normal.push(call);
    // A take that only learns to wait: for the end of a pause.
    await store.intake.pause("ali");
    const recorded = await finish(store, sealed);
    for (const slot of recorded.slots) await waits(store, slot);
    const slots = await store.intake.resume("ali");
    return { ...recorded, slots };
  });
  expect(normal.slice(0, 5)).toEqual([8, 16, 24, 32, 40]);
});

describe("slots", () => {
  it("of one lane never wait in numbers: the one that wakes first stays", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const sealed = await seal(store, slot);
    await store.stage("int_2", urls(2));
    await store.intake.pause("ali");
    const first = await rescued(store);
    await waits(store, first);
    const second = (await store.intake.resume("ali"))[0];
    await store.intake.pause("ali");
    await waits(store, second);
    if (first === undefined) throw new Error("no slot was minted");
    expect(await store.work.take(first)).toMatchObject({ kind: "end" });
    expect(sealed.batch.items).toHaveLength(1);
  });

  it("that are unknown, or whose lease has run out, end", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    if (slot === undefined) throw new Error("no slot was minted");
    expect(await store.work.take({ ...slot, id: "purge-url.99" })).toMatchObject({ kind: "end" });
    expect(await store.later(20_500).work.take(slot)).toMatchObject({ kind: "end" });
    expect(await store.work.take(slot)).toMatchObject({ kind: "end" });
  });

  it("are no more than the calls that may be under way", async () => {
    store = await bundle({ limits: limitsWith({ inFlight: 2, batch: 10 }) });
    const [slot] = await store.stage("int_1", urls(100));
    const sealed = await sealAll(store, slot);
    expect(sealed).toHaveLength(2);
    expect(await rescue(store.later(1500))).toEqual([]);
    await store.intake.resume("ali");
    const [first] = sealed;
    if (first === undefined) throw new Error("a batch");
    const { slots } = await finish(store, first);
    expect((await seal(store, slots[0])).batch.items).toHaveLength(10);
  });

  it("that are more than a lowered limit of calls under way end without sending", async () => {
    store = await bundle({ limits: limitsWith({ inFlight: 2, batch: 10 }) });
    const first = await seal(store, (await store.stage("int_1", urls(100)))[0]);
    await store.work.publish("ali", limitsWith({ inFlight: 1, batch: 10 }), { atMs: 2, digest: "two" });
    if (first.next === undefined) throw new Error("no slot was minted");
    expect(await store.work.take(first.next)).toMatchObject({ kind: "end" });
    expect((await seal(store, (await finish(store, first)).slots[0])).batch.items).toHaveLength(10);
  });

  it("pause and resume: nothing is sent, then at once", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    await store.intake.pause("ali");
    expect(await waits(store, slot)).toMatchObject({ why: { reason: "paused" } });
    const [woken] = await store.intake.resume("ali");
    expect((await seal(store, woken)).batch.items).toEqual(urls(1));
  });
});
