import type { Lane } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterEach, describe, expect, it } from "vitest";
import { batchOf, type PlayedForTest, playAccount, progressOf, tasksOf, urls } from "./play-accounts.ts";

let played: PlayedForTest | null = null;
afterEach(async () => {
  await played?.sim.close();
  played = null;
});
const play = async (...[changes, overrides, options]: Tail<Parameters<typeof playAccount>>) => {
  played = await playAccount("alibaba-cdn", changes, overrides, options);
  return played;
};
type Tail<T> = T extends [unknown, ...infer Rest] ? Rest : never;

describe.each(["acs3", "rpc"])("a batch for the CDN signed with %s", (signature) => {
  it.each<[Lane, readonly string[]]>([
    ["purge-url", urls(1_000)],
    ["purge-directory", ["https://cdn.example.com/img/", "https://cdn.example.com/js/"]],
    ["purge-pattern", ["https://cdn.example.com/.*\\.js$"]],
    ["purge-ignore-params", ["https://cdn.example.com/page.html"]],
    ["prefetch-url", urls(100)],
  ])("of %s is accepted, under way, and confirmed item by item", async (lane, items) => {
    const { submit, poll, settle } = await play({ signature });
    const tasks = tasksOf(await submit(batchOf(lane, items)));
    expect(progressOf(await poll(tasks))).toEqual(tasks.map((task) => ({ rows: [], next: [task] })));
    const rows = await settle(tasks);
    expect(rows.map(({ item, end }) => `${end} ${item}`)).toEqual(items.map((item) => `confirmed ${item}`));
  });

  it("with a session token is accepted, and refused with another", async () => {
    const credentials = {
      kind: "keys",
      accessKeyId: "STS.1",
      accessKeySecret: "s",
      securityToken: "t/+=",
    } as const;
    const { encode, submit, send } = await play({ signature, credentials });
    const batch = batchOf("purge-url", urls(1));
    expect((await submit(batch)).kind).toBe("accepted");
    for (const securityToken of ["other", null]) {
      const reply = await send(encode(batch, { credentials: { ...credentials, securityToken } }));
      expect(reply.body).toContain('"InvalidSecurityToken.Malformed"');
    }
  });
});

describe("a thousand URLs of one domain", () => {
  it("share one task id, and cost one query once they are done", async () => {
    const { sim, submit, settle } = await play();
    const tasks = tasksOf(await submit(batchOf("purge-url", urls(1_000))));
    expect(tasks).toHaveLength(1);
    await settle(tasks);
    expect(sim.ledger.stats().map(({ call, calls }) => [call, calls])).toEqual([
      ["RefreshObjectCaches", 1],
      ["DescribeRefreshTaskById", 1],
    ]);
  });

  it("are read page by page when the query by id cuts its list", async () => {
    const { sim, submit, settle } = await play();
    const items = urls(950);
    const tasks = tasksOf(await submit(batchOf("purge-url", items)));
    const row = { TaskId: tasks[0].id, ObjectPath: items[0], Status: "Complete" };
    const body = JSON.stringify({ Tasks: [row], TotalCount: 950 });
    sim.faults.add({ kind: "reply", status: 200, body, call: "DescribeRefreshTaskById" });
    const seen = new Set((await settle(tasks)).map(({ item }) => item));
    expect(seen).toEqual(new Set(items));
    expect(sim.ledger.stats().at(-1)).toMatchObject({ call: "DescribeRefreshTasks", calls: 10 });
  });

  it("of ten domains have ten ids, asked for in one query", async () => {
    const { sim, submit, settle } = await play();
    const items = Array.from({ length: 10 }, (_, n) => urls(100, `cdn${n}.example.com`)).flat();
    const tasks = tasksOf(await submit(batchOf("purge-url", items)));
    expect(tasks).toHaveLength(10);
    expect(await settle(tasks)).toHaveLength(1_000);
    expect(sim.ledger.stats().at(-1)).toMatchObject({ call: "DescribeRefreshTaskById", calls: 1 });
  });
});

describe("two batches within one second", () => {
  it("may share a task id, and each finds its own rows in it", async () => {
    const { sim, submit, settle } = await play();
    // To the start of a second, so that both fall into it.
    sim.clock.advance(1_000 - (sim.clock.nowMs() % 1_000));
    const [a, b] = [urls(2), urls(4).slice(2)];
    const first = tasksOf(await submit(batchOf("purge-url", a)));
    const second = tasksOf(await submit(batchOf("purge-url", b)));
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    const items = new Set((await settle(second)).map(({ item }) => item));
    expect(b.every((item) => items.has(item))).toBe(true);
  });
});

describe("a task", () => {
  it("is pending, then under way by a fraction, then complete", async () => {
    const { sim, submit, send, settings } = await play();
    const tasks = tasksOf(await submit(batchOf("purge-url", urls(1))));
    const provider = providers.get("alibaba-cdn");
    if (provider === undefined) throw new Error("not registered");
    const seen: (readonly string[])[] = [];
    for (const advanceMs of [0, 30_000, 30_000]) {
      sim.clock.advance(advanceMs);
      const call = { settings, nowMs: sim.clock.nowMs(), nonce: crypto.randomUUID(), token: null };
      const { body } = await send(provider.poll.encode(tasks, call));
      seen.push(/"Status":"(\w+)","Process":"([\d.]+%)"/.exec(body)?.slice(1) ?? []);
    }
    expect(seen).toEqual([
      ["Pending", "0%"],
      ["Refreshing", expect.stringMatching(/^5\d\.37%$/)],
      ["Complete", "100%"],
    ]);
  });
});

describe("after three days", () => {
  it("a task is not listed any more, and is asked for again", async () => {
    const { sim, submit, poll } = await play();
    const tasks = tasksOf(await submit(batchOf("purge-url", urls(1))));
    sim.clock.advance(3 * 86_400_000 - 1_000);
    expect(progressOf(await poll(tasks))).toMatchObject([{ rows: [{ end: "confirmed" }], next: [] }]);
    sim.clock.advance(2_000);
    expect(progressOf(await poll(tasks))).toEqual([{ rows: [], next: tasks }]);
  });
});

describe("single items", () => {
  it("fail alone, with the provider's word", async () => {
    const { sim, submit, settle } = await play();
    sim.faults.add({ kind: "fail-items", match: "/中 1/" });
    const rows = await settle(tasksOf(await submit(batchOf("purge-url", urls(3)))));
    expect(rows.map(({ end, code }) => [end, code])).toEqual([
      ["confirmed", null],
      ["failed", "OriginTimeout"],
      ["confirmed", null],
    ]);
  });

  it("of a foreign domain spoil the whole request, which spends nothing", async () => {
    const { sim, submit } = await play();
    sim.faults.add({ kind: "refuse-items", match: "foreign" });
    const batch = batchOf("purge-url", [...urls(2), "https://foreign.example.com/1"]);
    expect(await submit(batch)).toMatchObject({ kind: "poisoned", code: "InvalidDomain.NotFound" });
    expect(sim.accounts[0]?.quota.remaining("url")).toBe(10_000);
  });

  it("are asked for again while their task is not listed or its status is late", async () => {
    const { sim, submit, poll } = await play();
    const tasks = tasksOf(await submit(batchOf("purge-url", urls(1))));
    sim.clock.advance(60_000);
    sim.faults.add({ kind: "vanish-task", times: 1 });
    sim.faults.add({ kind: "lazy-status", times: 1 });
    expect(progressOf(await poll(tasks))).toEqual([{ rows: [], next: tasks }]);
    expect(progressOf(await poll(tasks))).toEqual([{ rows: [], next: tasks }]);
    expect(progressOf(await poll(tasks))).toMatchObject([{ rows: [{ end: "confirmed" }], next: [] }]);
  });
});
