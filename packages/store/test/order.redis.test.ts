import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, type How } from "./bundle.ts";
import {
  confirmLane,
  endLane,
  endTask,
  leftovers,
  orderLimits,
  prefetch,
  purge,
  sealLane,
  slotOf,
} from "./order-steps.ts";
import { accept, counts, finish, waits } from "./steps.ts";

const PAGE = "https://a.example.com/shop/page.html";

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: orderLimits() });
});
afterEach(() => store.close());

describe("a prefetch waits for an earlier purge", () => {
  it.each<[string, How, string]>([
    ["of its URL", { lane: "purge-url" }, PAGE],
    ["of its URL with options", { lane: "purge-url", options: { FlushType: "delete" } }, PAGE],
    ["of its directory", { lane: "purge-directory" }, "https://a.example.com/shop/"],
    ["of a directory above", { lane: "purge-directory", options: { Force: true } }, "https://a.example.com/"],
    ["by a pattern of its host", { lane: "purge-pattern" }, "https://a.example.com/img/.*"],
    [
      "of a page of its host with every query",
      { lane: "purge-ignore-params" },
      "https://a.example.com/other",
    ],
  ])("%s, while it is pending, sealed and running, until it is confirmed", async (_what, how, target) => {
    const lane = how.lane ?? "purge-url";
    await purge(store, "int_1", [target], how);
    await prefetch(store, "int_2", [PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    const sealed = await sealLane(store, lane);
    if (sealed === null) throw new Error("no purge");
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await prefetch(store, "int_3", [`${PAGE}?late`, PAGE]);
    await accept(store, sealed);
    expect(await counts(store, "int_2")).toMatchObject({ pending: 1 });
    await endTask(store, sealed, [{ index: 0, end: "confirmed", code: "", message: "" }], 0);
    expect(await confirmLane(store, "prefetch-url")).toContain(PAGE);
    expect(await leftovers(store)).toEqual([]);
  });

  it.each<[string, How, string]>([
    ["of another URL", { lane: "purge-url" }, `${PAGE}?other`],
    ["of a directory whose name begins alike", { lane: "purge-directory" }, "https://a.example.com/sho/"],
    ["of a directory below", { lane: "purge-directory" }, `${PAGE}/`],
    ["by a pattern of another host", { lane: "purge-pattern" }, "https://b.example.com/.*"],
    ["of a media id", { lane: "purge-media" }, PAGE],
  ])("but not %s", async (_what, how, target) => {
    await purge(store, "int_1", [target], how);
    await prefetch(store, "int_2", [PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
  });

  it("that was sealed before, and for each of several that are under way at once", async () => {
    await purge(store, "int_1", [PAGE]);
    const first = await sealLane(store, "purge-url");
    await purge(store, "int_2", [PAGE]);
    const second = await sealLane(store, "purge-url");
    await prefetch(store, "int_3", [PAGE]);
    if (first === null || second === null) throw new Error("no purge");
    await finish(store, second);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await finish(store, first);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
  });

  it("that was retried while the batch of its first life is still running", async () => {
    await purge(store, "int_1", [PAGE, `${PAGE}?slow`]);
    const first = await sealLane(store, "purge-url");
    if (first === null) throw new Error("no purge");
    await accept(store, first);
    await endTask(store, first, [{ index: 0, end: "failed", code: "Bad", message: "" }], 1);
    await store.intake.retry("int_1");
    const second = await sealLane(store, "purge-url");
    if (second === null) throw new Error("no retried purge");
    await endTask(store, first, [{ index: 1, end: "confirmed", code: "", message: "" }], 0);
    await prefetch(store, "int_2", [PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await finish(store, second);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("by the patterns of its host that were staged before it, and no later ones", async () => {
    const pattern = { lane: "purge-pattern" } as const;
    await purge(store, "int_1", ["https://a.example.com/1.*"], pattern);
    await prefetch(store, "int_2", [PAGE]);
    const first = await sealLane(store, "purge-pattern");
    await purge(store, "int_3", ["https://a.example.com/2.*"], pattern);
    await prefetch(store, "int_4", [`${PAGE}?2`]);
    if (first === null) throw new Error("no purge");
    await finish(store, first);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await confirmLane(store, "purge-pattern");
    expect(await confirmLane(store, "prefetch-url")).toEqual([`${PAGE}?2`]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("nor for a later one", async () => {
    await prefetch(store, "int_1", [PAGE]);
    await purge(store, "int_2", [PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
  });

  it("of the same media id", async () => {
    await purge(store, "int_1", ["m1"], { lane: "purge-media" });
    await prefetch(store, "int_2", ["m1", "m2"], { lane: "prefetch-media" });
    expect(await confirmLane(store, "prefetch-media")).toEqual(["m2"]);
    await confirmLane(store, "purge-media");
    expect(await confirmLane(store, "prefetch-media")).toEqual(["m1"]);
  });
});

describe("a prefetch fails with its purge", () => {
  it.each<["failed" | "unconfirmed", string]>([
    ["failed", "The purge that it waited for failed: InvalidPath: It is not ours."],
    ["unconfirmed", "The purge that it waited for ended unconfirmed: look-back: Nobody told."],
  ])("that ends %s, and says why", async (end, message) => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE, `${PAGE}?free`]);
    await prefetch(store, "int_3", [PAGE]);
    await endLane(store, "purge-url", end);
    expect(await counts(store, "int_2")).toMatchObject({ failed: 1, pending: 1 });
    const [leg] = await store.intake.legs("int_3");
    expect(leg?.failures).toEqual([{ target: PAGE, account: "ali", code: "purge-failed", message }]);
    expect(leg?.finishedAtMs).not.toBeNull();
  });

  it("that is cancelled, and not while somebody else wants it", async () => {
    await purge(store, "int_1", [PAGE]);
    await purge(store, "int_2", [PAGE]);
    await prefetch(store, "int_3", [PAGE]);
    await store.intake.cancel("int_1");
    expect(await counts(store, "int_3")).toMatchObject({ pending: 1 });
    await store.intake.cancel("int_2");
    const [leg] = await store.intake.legs("int_3");
    expect(leg?.failures[0]?.message).toBe("The purge that it waited for was cancelled");
    expect(await leftovers(store)).toEqual([]);
  });

  it("only where it was staged after it: earlier ones gather in the same generation", async () => {
    await purge(store, "int_p1", [PAGE]);
    await prefetch(store, "int_x0", [PAGE]);
    const first = await sealLane(store, "purge-url");
    await purge(store, "int_p2", [PAGE]);
    for (const id of ["int_x1", "int_x2"]) await prefetch(store, id, [PAGE]);
    const second = await sealLane(store, "purge-url");
    await purge(store, "int_p3", [PAGE]);
    await prefetch(store, "int_x3", [PAGE]);
    await store.intake.cancel("int_x1");
    await endLane(store, "purge-url", "failed");
    expect(await counts(store, "int_x3")).toMatchObject({ failed: 1 });
    expect(await counts(store, "int_x2")).toMatchObject({ pending: 1 });
    if (first === null || second === null) throw new Error("no purge");
    await finish(store, first);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await finish(store, second);
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await counts(store, "int_x2")).toMatchObject({ confirmed: 1 });
    expect(await leftovers(store)).toEqual([]);
  });

  it("by a pattern of its host that failed among several", async () => {
    await purge(store, "int_1", ["https://a.example.com/1.*", "https://a.example.com/2.*"], {
      lane: "purge-pattern",
    });
    await prefetch(store, "int_2", [PAGE]);
    await store.intake.cancel("int_1");
    expect(await counts(store, "int_2")).toMatchObject({ failed: 1 });
    expect(await leftovers(store)).toEqual([]);
  });
});

describe("what waits for its order", () => {
  it("is told as such in the receipt and by the account, until nobody knows when", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    const wait = await waits(store, await slotOf(store, "prefetch-url"));
    expect(wait).toMatchObject({ why: { reason: "order", untilMs: null }, pending: 1 });
    const [leg] = await store.intake.legs("int_2");
    expect(leg?.waiting).toEqual([
      { lane: "prefetch-url", targets: 1, why: { reason: "order", untilMs: null } },
    ]);
    const [account] = await store.intake.accounts();
    const lane = account?.lanes.find((each) => each.lane === "prefetch-url");
    expect(lane).toMatchObject({ pending: 1, waiting: { reason: "order", untilMs: null } });
  });

  it("goes at once when the last purge is confirmed, past its quiet time", async () => {
    await store.close();
    store = await bundle({ limits: orderLimits(), coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
    await purge(store, "int_1", [PAGE], { priority: "urgent" });
    await prefetch(store, "int_2", [PAGE], { priority: "urgent" });
    await waits(store, await slotOf(store, "prefetch-url"));
    const sealed = await sealLane(store, "purge-url");
    if (sealed === null) throw new Error("no purge");
    const { slots } = await finish(store, sealed);
    const [slot] = slots.filter(({ kind }) => kind.for === "submit" && kind.lane === "prefetch-url");
    expect((await store.take(slot)).items).toEqual([PAGE]);
  });

  it("merges and is cancelled like whatever is pending", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    await prefetch(store, "int_3", [PAGE]);
    expect((await store.intake.cancel("int_2")).targets).toBe(1);
    await confirmLane(store, "purge-url");
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await counts(store, "int_3")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_2")).toMatchObject({ cancelled: 1 });
    await prefetch(store, "int_4", [PAGE]);
    await store.intake.cancel("int_4");
    expect(await leftovers(store)).toEqual([]);
  });

  it("does not go by the place that a cancelled one left in the FIFO", async () => {
    await prefetch(store, "int_1", [`${PAGE}?other`]);
    await prefetch(store, "int_2", [PAGE]);
    await store.intake.cancel("int_2");
    await purge(store, "int_3", [PAGE]);
    await prefetch(store, "int_4", [PAGE]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([`${PAGE}?other`]);
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
  });

  it("passes its urgency on to the purge, pending or put off", async () => {
    await purge(store, "int_1", ["https://b.example.com/first"]);
    await purge(store, "int_2", [PAGE]);
    await prefetch(store, "int_3", [PAGE], { priority: "urgent" });
    const sealed = await sealLane(store, "purge-url");
    expect(sealed?.batch.items[0]).toBe(PAGE);
  });

  it("waits for the purge that is tried anew, when it is retried itself", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    await endLane(store, "purge-url", "failed");
    await store.intake.retry("int_1");
    await store.intake.retry("int_2");
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await confirmLane(store, "purge-url");
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("does not wait for ever where a program that knows no order has rewritten its key", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    const key = "t:{ali}:lane:prefetch-url:keys";
    const [digest = Buffer.of()] = await store.connection.hkeysBuffer(key);
    await store.connection.hset(key, digest, "2:0");
    await confirmLane(store, "purge-url");
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await leftovers(store)).toEqual([]);
  });

  it("is let go by rescue where a program that knows no order ended the purge", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    await store.connection.setrange("t:{ali}:leg:1:s", 0, "c");
    await store.work.sweep("ali");
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
  });
});
