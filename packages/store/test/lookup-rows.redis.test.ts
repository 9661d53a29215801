import type { DueLookup } from "@purgeline/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eachLife } from "./flood.ts";
import { ambiguous, candidate, firstOf, LISTED_MS, type LookupBench, lookupBench } from "./lookup-steps.ts";
import { accept, keys, POLL, polled, record, urls } from "./steps.ts";

const KNOWN = "t:{ali}:lane:purge-url:known";

let bench: LookupBench;
let store: LookupBench["store"];
let box: LookupBench["box"];
beforeEach(async () => {
  bench = await lookupBench();
  ({ store, box } = bench);
});
afterEach(() => store.close());

describe("a row that a batch on record explains", () => {
  /** Accepted as `id`, then the same URLs once more, whose answer is lost. */
  async function purgedTwice(id: string): Promise<DueLookup> {
    await box.stage("int_1", urls(2));
    await box.answer(accept(store, await bench.sealed(), [id]));
    await bench.lost(2, "int_2");
    return firstOf(await bench.lookups());
  }

  it("is not adopted: the later purge of the same URLs is sent again", async () => {
    const lookup = await purgedTwice("t1");
    expect(await bench.told(lookup, { 0: "t1", 1: "t1" })).toMatchObject({ applied: true, adopted: 0 });
    expect((await bench.sealed(store.later(LISTED_MS + 100))).batch).toMatchObject({
      attempt: 2,
      resend: "ambiguous",
    });
  });

  it("leaves others of the same URLs to be adopted", async () => {
    const lookup = await purgedTwice("t1");
    const { sentAtMs: at } = lookup;
    const candidates = [0, 1].flatMap((index) => [candidate(index, "t1", at), candidate(index, "t2", at)]);
    expect(await bench.settle(lookup, candidates)).toMatchObject({ adopted: 2, taskIds: ["t2"] });
  });

  it("may share its id with the lost batch's own rows: URLs of one second do", async () => {
    await box.stage("int_1", urls(2));
    await box.answer(accept(store, await bench.sealed(), ["t1"]));
    await box.stage("int_2", urls(2, "a.example.com", 10));
    await box.answer(record(store, await bench.sealed(), ambiguous));
    expect(await bench.told(firstOf(await bench.lookups()), { 0: "t1", 1: "t1" })).toMatchObject({
      adopted: 2,
    });
  });

  it("is known by its time where the list tells no ids", async () => {
    const lookup = await purgedTwice("t1");
    expect(await bench.told(lookup, { 0: null, 1: null })).toMatchObject({ applied: true, adopted: 0 });
  });

  it("is known when that batch has ended, too, and Redis's clock was set far ahead since", async () => {
    await box.stage("int_1", urls(2));
    await box.answer(accept(store, await bench.sealed(), ["t1"]));
    const then = store.later(1500);
    const claimed = await bench.claimed(then, POLL);
    if (claimed.kind !== "tasks") throw new Error(JSON.stringify(claimed));
    const rest = { end: "unconfirmed", code: "gone", message: "" } as const;
    for (const task of claimed.tasks)
      await then.work.settle("ali", { task, size: 2, ended: [], next: [], rest, seen: polled });
    await bench.lost(2, "int_2");
    await eachLife(store, (key) => store.connection.del(key));
    expect(await bench.told(firstOf(await bench.lookups()), { 0: "t1", 1: "t1" })).toMatchObject({
      applied: true,
      adopted: 0,
    });
  });

  it("is not known by its time where it was made after that batch was answered", async () => {
    await box.stage("int_1", urls(1));
    await box.answer(accept(store, await bench.sealed(), ["t1"]));
    const later = store.later(10_000);
    await box.stage("int_2", urls(1));
    await box.answer(record(later, await bench.sealed(later), ambiguous));
    const view = store.later(10_000 + LISTED_MS);
    const lookup = firstOf(await bench.lookups(view));
    expect(await bench.told(lookup, { 0: null }, { view })).toMatchObject({ adopted: 1 });
  });

  it("is known as long as an attempt of its time may be looked up", async () => {
    const lookup = await purgedTwice("t1");
    for (const ms of [60_000, 3_600_000]) await store.later(ms).work.sweep("ali");
    expect(await bench.told(lookup, { 0: "t1", 1: "t1" })).toMatchObject({ applied: true, adopted: 0 });
    expect(await store.connection.zcard(KNOWN)).toBe(1);
    await store.later(3_600_000).work.sweep("ali");
    expect(await store.connection.exists(KNOWN)).toBe(0);
  });
});

describe("batches on record", () => {
  it("are known when an attempt of their time is missed late, as after an outage of all workers", async () => {
    await box.stage("int_1", urls(1));
    await box.answer(accept(store, await bench.sealed(), ["t1"]));
    await box.stage("int_2", urls(1));
    await bench.sealed();
    await store.later(3_600_000).work.sweep("ali");
    expect(await store.connection.zcard(KNOWN)).toBe(1);
  });

  it("are forgotten while attempts that began later are looked up", async () => {
    await box.stage("int_1", urls(1));
    await box.answer(accept(store, await bench.sealed(), ["t1"]));
    await bench.lost(1, "int_2");
    const lookup = firstOf(await bench.lookups());
    const later = store.later(600_000);
    await box.stage("int_3", urls(1, "a.example.com", 10));
    await box.answer(record(later, await bench.sealed(later), ambiguous));
    expect(await store.connection.zcard(KNOWN)).toBe(1);
    await bench.told(lookup, {}, { view: later });
    await later.work.sweep("ali");
    expect((await keys(store)).filter((key) => /unknown|known/.test(key))).toEqual([
      "lane:purge-url:unknown",
    ]);
  });
});

describe("rows of attempts with other options", () => {
  const soft = { options: { Force: "false" } };

  it("look like the batch's own: none is adopted while such an attempt is not answered", async () => {
    await bench.lost(1);
    await box.stage("int_2", urls(1), soft);
    await bench.sealed();
    expect(await bench.told(firstOf(await bench.lookups()), { 0: "t1" })).toMatchObject({
      applied: true,
      adopted: 0,
    });
  });

  it("are the other batch's when that was accepted", async () => {
    await bench.lost(1);
    await box.stage("int_2", urls(1), soft);
    await box.answer(accept(store, await bench.sealed(), ["t1"]));
    expect(await bench.told(firstOf(await bench.lookups()), { 0: "t1" })).toMatchObject({
      applied: true,
      adopted: 0,
    });
  });

  const abroad = { options: { Area: "abroad" } };

  it.each([
    ["not answered", false],
    ["accepted", true],
  ])("are none of this list's where theirs is another one, and that batch is %s", async (_, isAccepted) => {
    await bench.lost(1);
    await box.stage("int_2", urls(1), abroad);
    const other = await bench.sealed();
    if (isAccepted) await box.answer(accept(store, other, ["by-time"]));
    const lookup = firstOf(await bench.lookups());
    expect(lookup.batch).not.toBe(other.batch.id);
    expect(await bench.told(lookup, { 0: null })).toMatchObject({ adopted: 1 });
  });

  it("are asked for one after the other, and near ones of one option set together", async () => {
    for (const [id, from, how] of [
      ["int_1", 0, {}],
      ["int_2", 10, {}],
      ["int_3", 20, soft],
    ] as const) {
      await box.stage(id, urls(1, "a.example.com", from), how);
      const batch = await bench.sealed();
      await box.answer(record(store, batch, ambiguous));
    }
    const { lookups } = await bench.lookups();
    expect(lookups).toHaveLength(2);
    expect((await bench.claimed(store.later(LISTED_MS))).kind).toBe("wait");
    for (const lookup of lookups) await bench.told(lookup, { 0: "t1" });
    const { lookups: others, options } = await bench.lookups();
    expect([others.length, options]).toEqual([1, soft.options]);
  });
});
