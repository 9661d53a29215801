import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";
import { confirmLane, leftovers, orderLimits, prefetch, purge, sealLane } from "./order-steps.ts";
import { counts, finish, POLL, record, urls } from "./steps.ts";

const PAGE = "https://a.example.com/shop/page.html";

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: orderLimits() });
});
afterEach(() => store.close());

describe("a second generation of prefetches", () => {
  it("waits for purges that were staged after the first", async () => {
    await purge(store, "int_1", [PAGE]);
    await prefetch(store, "int_2", [PAGE]);
    const first = await sealLane(store, "purge-url");
    if (first === null) throw new Error("no purge");
    await purge(store, "int_3", [PAGE]);
    await prefetch(store, "int_4", [PAGE]);
    await prefetch(store, "int_5", [PAGE]);
    await finish(store, first);
    // The first goes though the second purge has not been sent yet.
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_4")).toMatchObject({ pending: 1 });
    expect(await confirmLane(store, "prefetch-url")).toEqual([]);
    await confirmLane(store, "purge-url");
    expect(await confirmLane(store, "prefetch-url")).toEqual([PAGE]);
    expect(await counts(store, "int_4")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_5")).toMatchObject({ confirmed: 1 });
    expect(await leftovers(store)).toEqual([]);
  });

  it("goes in the order in which it was staged, when several keys' purges are confirmed before it comes in", async () => {
    const pages = urls(20);
    await prefetch(store, "int_1", pages);
    await purge(store, "int_2", pages);
    await prefetch(store, "int_3", pages);
    await confirmLane(store, "purge-url");
    expect(await confirmLane(store, "prefetch-url")).toEqual(pages);
    expect(await confirmLane(store, "prefetch-url")).toEqual(pages);
    expect(await leftovers(store)).toEqual([]);
  });

  it("is not made for a purge of an earlier life whose batch is still running", async () => {
    const pages = urls(2);
    await purge(store, "int_1", pages);
    const sealed = await sealLane(store, "purge-url");
    if (sealed === null) throw new Error("no purge");
    const rejected = [{ index: 1, end: "failed", code: "Bad", message: "" }] as const;
    await record(store, sealed, { do: "accept", tasks: [{ call: POLL, id: "1" }], pollInMs: 0, rejected });
    await purge(store, "int_2", pages.slice(1));
    await prefetch(store, "int_3", pages.slice(1));
    // It joins the purge that waits, and is no other one.
    await store.intake.retry("int_1");
    await prefetch(store, "int_4", pages.slice(1));
    await confirmLane(store, "purge-url");
    expect(await confirmLane(store, "prefetch-url")).toEqual(pages.slice(1));
    expect(await counts(store, "int_3")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_4")).toMatchObject({ confirmed: 1 });
  });
});
