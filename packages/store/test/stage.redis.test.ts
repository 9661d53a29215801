import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, headOf, legOf, limitsWith } from "./bundle.ts";
import {
  counts,
  finish,
  keys,
  record,
  rescue,
  rescued,
  retryAtOnce,
  seal,
  sealAll,
  urls,
  waits,
} from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

/** Everything stored for the account: as Redis would write it down, and hashes in an order of our own. */
async function contents(): Promise<readonly string[]> {
  return await Promise.all(
    (await keys(store)).map(async (key) => `${key} ${await contentOf(`t:{ali}:${key}`)}`),
  );
}

async function contentOf(key: string): Promise<string> {
  if ((await store.connection.type(key)) !== "hash")
    return String((await store.connection.dumpBuffer(key))?.toString("hex"));
  const flat = (await store.connection.callBuffer("HGETALL", key)) as readonly Buffer[];
  const pairs = flat.flatMap((field, i) =>
    i % 2 === 0 ? [`${field.toString("hex")}=${flat[i + 1]?.toString("hex")}`] : [],
  );
  return pairs.sort().join();
}

describe("staging", () => {
  it("stores a leg, a queue entry of each key and one slot, and nothing else", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(2));
    expect(await keys(store)).toEqual([
      "account",
      "clock",
      "intent:int_1",
      "intents",
      "lane:purge-url",
      "lane:purge-url:keys",
      "lane:purge-url:n:q:shop:a.example.com|{}",
      "lane:purge-url:n:ring",
      "lane:purge-url:n:ring:shop",
      "lane:purge-url:open:n",
      "lane:purge-url:slots",
      "leg:1",
      "leg:1:s",
      "leg:1:t:0",
      "limits",
      "unacked",
    ]);
    expect(await store.connection.zrange("t:{ali}:lane:purge-url:slots", "0", "-1")).toEqual([slot?.id]);
    expect(await store.connection.get("t:{ali}:leg:1:s")).toBe("pp");
  });

  it("changes nothing when it is repeated, however often", async () => {
    store = await bundle();
    await store.stage("int_1", urls(2500), { body: { urls: ["kept"] } });
    const before = await contents();
    for (let again = 0; again < 3; again += 1) await store.stage("int_1", urls(2500), { body: {} });
    expect(await contents()).toEqual(before);
  });

  it("is completed by a repetition when a crash cut it off between two chunks", async () => {
    store = await bundle();
    const all = urls(2500);
    // The first chunk of a leg of three: what a process leaves that dies after it.
    const evalsha = store.connection.evalsha.bind(store.connection);
    let calls = 0;
    const killed = (...args: [string, number, ...string[]]): unknown => {
      calls += 1;
      return calls > 1
        ? Promise.reject(new Error("killed"))
        : evalsha(args[0], String(args[1]), ...args.slice(2).map(String));
    };
    Object.assign(store.connection, { evalsha: killed });
    await expect(store.stage("int_1", all, { body: { urls: [] } })).rejects.toThrow("killed");
    Reflect.deleteProperty(store.connection, "evalsha");
    expect(await counts(store, "int_1")).toMatchObject({ pending: 2500 });
    const late = await store.later(11_000).work.sweep("ali");
    expect(late.unstaged).toMatchObject([{ intentId: "int_1", body: { urls: [] } }]);

    const [slot] = await store.stage("int_1", all);
    await store.stage("int_1", all);
    const sealed = await sealAll(store, slot ?? (await rescued(store)));
    expect(sealed.flatMap(({ batch }) => batch.items)).toEqual(all);
  });

  it("sends the body with the first chunk alone, and again where a failover has lost that", async () => {
    store = await bundle();
    const all = urls(3500);
    const evalsha = store.connection.evalsha.bind(store.connection);
    const bodies: boolean[] = [];
    const losing = async (...args: [string, number, ...string[]]): Promise<unknown> => {
      bodies.push(args.includes('{"urls":["kept"]}'));
      if (bodies.length === 3) for (const key of await keys(store, "t:{ali}:leg:*")) await lose(key);
      if (bodies.length === 3) await lose("intent:int_1");
      return await evalsha(args[0], String(args[1]), ...args.slice(2).map(String));
    };
    const lose = (key: string): Promise<number> => store.connection.del(`t:{ali}:${key}`);
    Object.assign(store.connection, { evalsha: losing });
    await store.stage("int_1", all, { body: { urls: ["kept"] } });
    Reflect.deleteProperty(store.connection, "evalsha");
    // Chunks 1 and 2; the third finds no leg and makes one; the fourth.
    expect(bodies).toEqual([true, false, false, true, false]);
    const late = await store.later(11_000).work.sweep("ali");
    expect(late.unstaged).toMatchObject([{ intentId: "int_1", body: { urls: ["kept"] } }]);
  });

  it("stores nothing of a leg that the backlog has no room for", async () => {
    store = await bundle({ maxPendingTargets: 10 });
    await store.stage("int_1", urls(8));
    const before = await contents();
    const refused = await store.intake.stage(headOf("int_2"), legOf(urls(3)), { urls: [] });
    expect(refused).toEqual({ kind: "backlog", pending: 8 });
    expect(await contents()).toEqual(before);
    expect(await store.intake.legs("int_2")).toEqual([]);
    await store.stage("int_3", urls(2, "b.example.com"));
  });

  it("counts a retried staging of an accepted leg as accepted, also when the backlog is full by now", async () => {
    store = await bundle({ maxPendingTargets: 10 });
    await store.stage("int_1", urls(10));
    expect(await store.intake.stage(headOf("int_1"), legOf(urls(10)), null)).toMatchObject({
      kind: "staged",
    });
  });
});

describe("duplicates", () => {
  it("merge while their key waits: it is sent once, and every leg ends", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(2));
    const merged = await store.intake.stage(headOf("int_2"), legOf(urls(3)), null);
    expect(merged).toMatchObject({ kind: "staged", merged: { "purge-url": 2 } });
    const sealed = await seal(store, slot);
    expect(sealed.batch.items).toEqual(urls(3));
    await finish(store, sealed);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 2 });
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 3 });
  });

  it("never merge into what is sealed, nor into what is being tried again", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const first = await seal(store, slot);
    const [second] = await store.stage("int_2", urls(1));
    await record(store, first, retryAtOnce);
    await store.stage("int_3", urls(1));
    const again = await seal(store, second);
    expect(again.batch).toMatchObject({ id: first.batch.id, attempt: 2, items: urls(1) });
    await finish(store, again);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 1 });
    expect(await counts(store, "int_2")).toMatchObject({ pending: 1 });
    expect(await counts(store, "int_3")).toMatchObject({ pending: 1 });
  });

  it("stay apart when their options differ: a soft purge does not stand for a hard one", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1), { options: { Force: "false" } });
    const merged = await store.intake.stage(
      headOf("int_2"),
      legOf(urls(1), { options: { Force: "true" } }),
      null,
    );
    expect(merged).toMatchObject({ merged: { "purge-url": 0 } });
    const sealed = await sealAll(store, slot);
    expect(sealed.map(({ batch }) => batch.options)).toEqual([{ Force: "false" }, { Force: "true" }]);
    for (const each of sealed) expect(each.batch.items).toEqual(urls(1));
  });

  it("end with their key, 3,000 interests in one key and more", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_0", urls(1));
    for (let i = 1; i <= 3000; i += 1) await store.stage(`int_${i}`, urls(1));
    const sealed = await seal(store, slot);
    const recorded = await finish(store, sealed);
    expect(recorded.transitions.targets).toEqual({ confirmed: 3001 });
    expect(await counts(store, "int_3000")).toMatchObject({ confirmed: 1 });
    expect(await keys(store, "t:{ali}:more:*")).toEqual([]);
  });

  it("an urgent one takes the waiting key with it, which is sent once", async () => {
    store = await bundle({ coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
    const [slot] = await store.stage("int_1", urls(3));
    expect(await waits(store, slot)).toMatchObject({ why: { reason: "quiet" } });
    const [woken] = await store.stage("int_2", urls(1, undefined, 1), { priority: "urgent" });
    const urgent = await seal(store, woken);
    expect(urgent.batch.items).toEqual(urls(1, undefined, 1));
    await finish(store, urgent);
    const later = store.later(60_001);
    const rest = await seal(later, (await rescue(later))[0]);
    expect(rest.batch.items).toEqual([...urls(1), ...urls(1, undefined, 2)]);
    await finish(later, rest);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 3 });
  });
});

describe("notBefore", () => {
  it("holds an intent, says so, and releases it when it is staged again at its time", async () => {
    store = await bundle();
    const notBeforeMs = store.nowMs + 30_000;
    const how = { notBeforeMs, body: { urls: ["later"] } };
    expect(await store.stage("int_1", urls(2), how)).toEqual([]);
    const [leg] = await store.intake.legs("int_1");
    expect(leg?.waiting).toEqual([
      { lane: "purge-url", targets: 2, why: { reason: "notBefore", untilMs: notBeforeMs } },
    ]);
    await store.intake.staged("ali", "int_1");
    expect((await store.later(29_000).work.sweep("ali")).unstaged).toEqual([]);

    const then = store.later(30_500);
    const swept = await then.work.sweep("ali");
    expect(swept.unstaged).toMatchObject([{ intentId: "int_1", body: { urls: ["later"] } }]);
    const [slot] = await then.stage("int_1", urls(2), { notBeforeMs });
    await then.intake.staged("ali", "int_1");
    expect((await seal(then, slot)).batch.items).toEqual(urls(2));
    expect((await store.later(90_000).work.sweep("ali")).unstaged).toEqual([]);
  });

  it("merges what it releases like anything else that is staged then", async () => {
    store = await bundle();
    const notBeforeMs = store.nowMs + 5000;
    await store.stage("int_1", urls(2), { notBeforeMs, body: {} });
    const [slot] = await store.stage("int_2", urls(1));
    await finish(store, await seal(store, slot));
    expect(await counts(store, "int_1")).toMatchObject({ pending: 2 });
    const then = store.later(5001);
    const [second] = await then.stage("int_1", urls(2), { notBeforeMs });
    expect((await seal(then, second)).batch.items).toEqual(urls(2));
  });

  it("sends nothing of what was cancelled while it was held", async () => {
    store = await bundle();
    const notBeforeMs = store.nowMs + 5000;
    await store.stage("int_1", urls(2), { notBeforeMs, body: {} });
    expect((await store.intake.cancel("int_1")).targets).toBe(2);
    const then = store.later(5001);
    expect((await then.work.sweep("ali")).unstaged).toEqual([]);
    expect(await then.stage("int_1", urls(2), { notBeforeMs })).toEqual([]);
    expect(await counts(store, "int_1")).toMatchObject({ cancelled: 2, pending: 0 });
  });
});

it("limits that nobody has published yet leave work waiting, and the first sweep after them finds it", async () => {
  store = await bundle();
  await store.connection.del("t:{ali}:limits");
  expect(await store.stage("int_1", urls(1))).toEqual([]);
  await store.work.publish("ali", limitsWith(), { atMs: 2, digest: "two" });
  expect((await seal(store, await rescued(store))).batch.items).toEqual(urls(1));
});
