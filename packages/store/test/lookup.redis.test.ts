import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AFTER_MS, ambiguous, firstOf, LISTED_MS, type LookupBench, lookupBench } from "./lookup-steps.ts";
import { accept, counts, keys, POLL, polled, record, urls } from "./steps.ts";

let bench: LookupBench;
let store: LookupBench["store"];
let box: LookupBench["box"];
beforeEach(async () => {
  bench = await lookupBench();
  ({ store, box } = bench);
});
afterEach(() => store.close());

async function spent(): Promise<unknown> {
  const [account] = await store.intake.accounts();
  const quota = account?.quotas.find(({ class: name }) => name === "url");
  return { used: quota?.used, reserved: quota?.reserved };
}

describe("a batch whose answer was lost", () => {
  it("is not sent before the list has told, however long that takes, and its lane says why it waits", async () => {
    await bench.lost(2);
    for (const ms of [0, 5000, 60_000, 3_600_000]) {
      const taken = await box.take(store.later(ms));
      expect(taken).toMatchObject({ kind: "wait", why: { reason: "provider" } });
    }
    expect((await store.intake.legs("int_1"))[0]?.waiting).toMatchObject([
      { lane: "purge-url", targets: 2, why: { reason: "provider" } },
    ]);
    expect(await spent()).toEqual({ used: 0, reserved: 2 });
  });

  it("is looked up when the list must show it, and not before", async () => {
    const { batch } = await bench.lost(2);
    expect((await bench.claimed(store.later(AFTER_MS - 1500))).kind).not.toBe("lookups");
    const {
      lane,
      options,
      skewMs,
      lookups: [first, ...more],
    } = await bench.lookups();
    expect({ lane, options, skewMs, more }).toEqual({
      lane: "purge-url",
      options: {},
      skewMs: null,
      more: [],
    });
    expect(first).toMatchObject({ batch: batch.id, attempt: 1 });
    expect(first.missedAtMs).toBeGreaterThanOrEqual(first.sentAtMs);
    // A worker that died with the question: it comes back.
    expect((await bench.claimed(store.later(LISTED_MS + 15_000))).kind).not.toBe("lookups");
    expect((await bench.lookups(store.later(LISTED_MS + 25_000))).lookups).toHaveLength(1);
  });

  it("goes on with the tasks that the list names, and its units are spent once", async () => {
    await bench.lost(3);
    const adopted = await bench.told(firstOf(await bench.lookups()), { 0: "t1", 1: "t1", 2: "t2" });
    expect(adopted).toMatchObject({ applied: true, adopted: 3, taskIds: ["t1", "t2"] });
    expect(adopted.transitions.targets).toEqual({ submitted: 3 });
    expect(await counts(store, "int_1")).toMatchObject({ submitted: 3, sealed: 0 });
    expect(await spent()).toEqual({ used: 3, reserved: 0 });
    const claim = await bench.claimed(store.later(LISTED_MS + 5000), POLL);
    expect(claim.kind === "tasks" && claim.tasks.map(({ task }) => task.id)).toEqual(["t1", "t2"]);
    expect((await box.take(store.later(120_000))).kind).toBe("end");
  });

  it("that the list does not show is sent again, counted, and booked anew", async () => {
    await bench.lost(2);
    expect(await bench.told(firstOf(await bench.lookups()), {})).toMatchObject({ applied: true, adopted: 0 });
    const again = await bench.sealed(store.later(LISTED_MS + 100));
    expect(again.batch).toMatchObject({ attempt: 2, resend: "ambiguous", items: urls(2) });
    expect(await spent()).toEqual({ used: 2, reserved: 2 });
  });

  it("that nobody may look up is sent again at once", async () => {
    await bench.lost(2);
    await bench.told(firstOf(await bench.lookups()), {}, { told: false });
    expect((await bench.sealed(store.later(LISTED_MS + 100))).batch).toMatchObject({
      attempt: 2,
      resend: "ambiguous",
    });
  });

  it("of which the list shows a part is looked for twice more; then only the rest is sent again", async () => {
    await bench.lost(4);
    for (const round of [1, 2]) {
      const view = store.later(round * LISTED_MS);
      expect(
        await bench.told(firstOf(await bench.lookups(view)), { 0: "t1", 2: "t1" }, { view }),
      ).toMatchObject({
        applied: true,
        adopted: 0,
      });
      expect((await box.take(view)).kind).toBe("wait");
    }
    const view = store.later(3 * LISTED_MS);
    const last = await bench.told(firstOf(await bench.lookups(view)), { 0: "t1", 2: "t1" }, { view });
    expect(last).toMatchObject({ adopted: 2, taskIds: ["t1"] });
    expect(await counts(store, "int_1")).toMatchObject({ submitted: 2, sealed: 2 });
    const all = urls(4);
    const again = await bench.sealed(store.later(3 * LISTED_MS + 100));
    expect(again.batch).toMatchObject({ resend: "ambiguous", items: [all[1], all[3]] });
    expect(await spent()).toEqual({ used: 4, reserved: 2 });
    await accept(store.later(3 * LISTED_MS + 100), again, ["t9"]);
    expect(await counts(store, "int_1")).toMatchObject({ submitted: 4, sealed: 0 });
  });

  it("is sent again where its question was lost", async () => {
    await bench.lost(2);
    await store.connection.del("t:{ali}:tasks");
    expect((await bench.sealed(store.later(60_000))).batch).toMatchObject({
      attempt: 2,
      resend: "ambiguous",
    });
    expect(await spent()).toEqual({ used: 2, reserved: 2 });
    expect((await bench.claimed(store.later(60_000))).kind).not.toBe("lookups");
  });

  it("takes one answer: a second one changes nothing, nor does one about an earlier attempt", async () => {
    await bench.lost(1);
    const first = firstOf(await bench.lookups());
    await bench.told(first, {});
    const again = await bench.sealed(store.later(LISTED_MS + 100));
    expect(await bench.told(first, { 0: "t1" })).toMatchObject({ applied: false });
    await box.answer(record(store.later(LISTED_MS + 100), again, ambiguous));
    expect(await bench.told(first, { 0: "t1" })).toMatchObject({ applied: false });
    const second = firstOf(await bench.lookups(store.later(3 * LISTED_MS)));
    expect(second.attempt).toBe(2);
    expect(await bench.told(second, { 0: "t2" })).toMatchObject({ applied: true, adopted: 1 });
  });

  it("lets its keys rest when it was found, and leaves nothing behind when it has ended", async () => {
    await bench.lost(2);
    await bench.told(firstOf(await bench.lookups()), { 0: "t1", 1: "t1" });
    const view = store.later(LISTED_MS + 5000);
    const claim = await bench.claimed(view, POLL);
    if (claim.kind !== "tasks" || claim.tasks[0] === undefined) throw new Error("no task");
    const ended = [0, 1].map((index) => ({ index, end: "confirmed" as const, code: "", message: "" }));
    await view.work.settle("ali", {
      task: claim.tasks[0],
      size: 2,
      ended,
      next: [],
      rest: null,
      seen: polled,
    });
    const late = store.later(120_000);
    await late.work.sweep("ali");
    const left = await keys(store);
    expect(left.filter((key) => /unknown|known|out|resting|retry|running|tasks|due/.test(key))).toEqual([]);
    expect(await store.connection.hmget("t:{ali}:batch:1", "state", "keys", "ids")).toEqual([
      "ended",
      null,
      null,
    ]);
  });
});

describe("a crash", () => {
  it("after the attempt was recorded is looked up like a lost answer, whoever finds it", async () => {
    await box.stage("int_1", urls(2));
    const { batch, slot } = await bench.sealed();
    // The same slot runs again, as its job does when it has stalled.
    expect(await store.work.take(slot)).toMatchObject({ kind: "wait", why: { reason: "provider" } });
    const found = firstOf(await bench.lookups());
    expect(found).toMatchObject({ batch: batch.id, attempt: 1 });
    expect(await bench.told(found, { 0: "t1", 1: "t1" })).toMatchObject({ adopted: 2 });
  });

  it("that the sweep finds is looked up, and sent again where the list does not show it", async () => {
    await box.stage("int_1", urls(2));
    await bench.sealed();
    const swept = store.later(31_000);
    await box.rescue(swept);
    expect((await box.take(swept)).kind).toBe("wait");
    await bench.told(firstOf(await bench.lookups(store.later(31_000 + LISTED_MS))), {});
    expect((await bench.sealed(store.later(31_000 + LISTED_MS))).batch).toMatchObject({
      attempt: 2,
      resend: "crash",
    });
  });

  it("does not let the late answer of the attempt in: what the list tells counts", async () => {
    await box.stage("int_1", urls(2));
    const first = await bench.sealed();
    await store.work.take(first.slot);
    expect(await accept(store, first, ["late"])).toMatchObject({ applied: false });
    expect(await bench.told(firstOf(await bench.lookups()), { 0: "t1", 1: "t1" })).toMatchObject({
      adopted: 2,
    });
  });
});
