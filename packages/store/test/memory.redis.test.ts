import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { accept, drain, finish, keys, polled, rescue, seal, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

it("returns to what history keeps after a drain of 20,000 targets, and to nothing after that", async () => {
  store = await bundle({ intentsMs: 1, limits: limitsWith({ resendAfterMs: 2000 }, 100_000) });
  await store.stage("int_0", urls(1, "z.example.com"));
  await drain(store, (sealed) => finish(store, sealed));
  const idle = new Set(await keys(store));
  for (let i = 1; i <= 10; i += 1) {
    await store.stage(`int_${i}`, urls(2000, `h${i}.example.com`), {
      priority: i % 3 === 0 ? "urgent" : "normal",
      createdBy: `p${i % 4}`,
    });
    await store.stage(`int_again_${i}`, urls(500, `h${i}.example.com`), { priority: "urgent" });
  }
  await store.intake.cancel("int_5");
  let batches = 1;
  await drain(store, (sealed) => {
    batches += 1;
    return batches % 2 === 0 ? finish(store, sealed) : accept(store, sealed, ["x", "y"]);
  });
  const later = store.later(26_000);
  for (;;) {
    const poll = (await rescue(later)).find(({ kind }) => kind.for === "poll");
    if (poll === undefined) break;
    const claimed = await later.work.claimPolls(poll, 100);
    if (claimed.kind !== "tasks") break;
    for (const task of claimed.tasks) {
      const rest = { end: "unconfirmed", code: "gone", message: "" } as const;
      await later.work.settle("ali", { task, size: 0, ended: [], next: [], rest, seen: polled });
    }
  }
  expect(batches).toBeGreaterThanOrEqual(20);
  const books = /^(batch:\d+|quota:.*|gate:.*|unacked|lane:purge-url|(lane|poll):[\w-]+:slots)$/;
  const left = async () => (await keys(store)).filter((key) => !idle.has(key) && !books.test(key));
  await expect.poll(left).toEqual([]);
  expect(await keys(store, "t:{ali}:batch:*")).toHaveLength(batches);
  // So long as its keys rest, a batch is no history.
  while ((await store.connection.zcard("t:{ali}:lane:purge-url:resting")) > 0) await later.work.sweep("ali");
  for (const key of await keys(store, "t:{ali}:batch:*"))
    expect(await store.connection.pttl(`t:{ali}:${key}`)).toBeGreaterThan(0);
  expect(await keys(store, "t:{ali}:lane:*:ended")).toEqual([]);
  await later.work.sweep("ali");
  expect(await store.connection.zcard("t:{ali}:intents")).toBe(0);
  expect(await store.connection.hget("t:{ali}:account", "pending")).toBe("0");
});

it.each(["resting", "known"])(
  "keeps no batch for ever that an older program lets go from `%s`",
  async (set) => {
    store = await bundle();
    const sealed = await seal(store, (await store.stage("int_1", urls(1)))[0]);
    const number = sealed.batch.id.split("_").at(-1) ?? "";
    const [batch, kept] = [`t:{ali}:batch:${number}`, `t:{ali}:lane:purge-url:${set}`];
    await store.connection.zadd(kept, store.nowMs + 50_000, number);
    await finish(store, sealed);
    await store.later(25_000).work.sweep("ali");
    expect(await store.connection.pttl(batch)).toBe(-1);
    await store.connection.zrem(kept, number);
    await store.later(50_000).work.sweep("ali");
    expect(await store.connection.pttl(batch)).toBeGreaterThan(0);
    expect(await keys(store, "t:{ali}:lane:*:ended")).toEqual([]);
  },
);
