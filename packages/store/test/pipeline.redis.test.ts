import type { Seen, Slot } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";

let store: Bundle;
afterEach(() => store.close());

const seen: Seen = { call: "RefreshObjectCaches", providerDateMs: null, error: null };
const urls = (count: number, host = "a.example.com"): string[] =>
  Array.from({ length: count }, (_, i) => `https://${host}/${i}`);
const task = { call: "DescribeRefreshTaskById", id: "1" };

async function counts(id: string) {
  const [leg] = await store.intake.legs(id);
  return leg?.counts;
}

describe("a batch from stage to its end", () => {
  it("goes pending, sealed, submitted, confirmed, and the leg counts each step", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(3));
    expect(await counts("int_1")).toMatchObject({ pending: 3 });
    const batch = await store.take(slot);
    expect(batch.items).toEqual(urls(3));
    expect(await counts("int_1")).toMatchObject({ pending: 0, sealed: 3 });
    const accepted = await store.work.record(
      slot as Slot,
      batch,
      { do: "accept", tasks: [task], pollInMs: 0, rejected: [] },
      seen,
    );
    expect(accepted.transitions.targets).toEqual({ submitted: 3 });
    expect(await counts("int_1")).toMatchObject({ sealed: 0, submitted: 3 });
    const [poll] = accepted.slots;
    const claimed = await store.later(1000).work.claimPolls(poll as Slot, 10);
    if (claimed.kind !== "tasks" || claimed.tasks[0] === undefined) throw new Error(JSON.stringify(claimed));
    const ended = [0, 1, 2].map((index) => ({ index, end: "confirmed" as const, code: "", message: "" }));
    const settled = await store.work.settle("ali", {
      task: claimed.tasks[0],
      size: 3,
      ended,
      next: [],
      rest: null,
      seen,
    });
    expect(settled.transitions.targets).toEqual({ confirmed: 3 });
    const [leg] = await store.intake.legs("int_1");
    expect(leg).toMatchObject({ counts: { confirmed: 3, submitted: 0 }, finishedAtMs: expect.any(Number) });
  });

  it("merges what waits, and never what is sealed", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(2));
    await store.stage("int_2", urls(3));
    const batch = await store.take(slot);
    expect(batch.items).toEqual(urls(3));
    const again = await store.stage("int_3", urls(1));
    const next = await store.take(again[0] ?? (slot as Slot));
    expect(next.items).toEqual(urls(1));
    await store.work.record(slot as Slot, batch, { do: "finish", rejected: [] }, seen);
    expect(await counts("int_1")).toMatchObject({ confirmed: 2 });
    expect(await counts("int_2")).toMatchObject({ confirmed: 3 });
    expect(await counts("int_3")).toMatchObject({ sealed: 1 });
  });

  it("leaves batch-mates alone when one target fails", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1000));
    const batch = await store.take(slot);
    const rejected = [{ index: 7, end: "failed" as const, code: "Bad", message: "no" }];
    await store.work.record(slot as Slot, batch, { do: "finish", rejected }, seen);
    const [leg] = await store.intake.legs("int_1");
    expect(leg?.counts).toMatchObject({ confirmed: 999, failed: 1 });
    expect(leg?.failures).toEqual([
      { target: "https://a.example.com/7", account: "ali", code: "Bad", message: "no" },
    ]);
  });

  it("takes 1,000 of 2,500 at a time and mints the next slot", async () => {
    store = await bundle();
    let [slot] = await store.stage("int_1", urls(2500));
    const sizes: number[] = [];
    while (slot !== undefined) {
      const taken = await store.work.take(slot);
      if (taken.kind !== "batch") break;
      sizes.push(taken.batch.items.length);
      expect(taken.sealed).toBe(taken.batch.items.length);
      [slot] = taken.slots;
    }
    expect(sizes).toEqual([1000, 1000, 500]);
  });

  it("parks what the quota has no room for", async () => {
    store = await bundle({ limits: limitsWith({}, 1500) });
    const [slot] = await store.stage("int_1", urls(2500));
    const first = await store.work.take(slot as Slot);
    if (first.kind !== "batch") throw new Error(JSON.stringify(first));
    const second = await store.work.take(first.slots[0] as Slot);
    if (second.kind !== "batch") throw new Error(JSON.stringify(second));
    expect(second.batch.items).toHaveLength(500);
    const third = await store.work.take(second.slots[0] as Slot);
    expect(third).toMatchObject({ kind: "wait", why: { reason: "quota" }, pending: 1000 });
    const [account] = await store.intake.accounts();
    expect(account?.quotas.find((quota) => quota.class === "url")).toMatchObject({ reserved: 1500, used: 0 });
    const tomorrow = store.later(25 * 3_600_000);
    const { slots } = await tomorrow.work.sweep("ali");
    expect(await tomorrow.work.take(slots[0] as Slot)).toMatchObject({ kind: "batch" });
  });
});
