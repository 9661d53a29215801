import type { BatchContent, Task } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { describe, expect, it } from "vitest";
import { createStage } from "../../test/tencent-stage.ts";
import { taskOf, urlBatch } from "./play-account.ts";

const play = createStage();

describe("a batch through API 3.0", () => {
  it.each<[BatchContent["lane"], number, string]>([
    ["purge-url", 1_000, "DescribePurgeTasks"],
    ["purge-directory", 100, "DescribePurgeTasks"],
    ["prefetch-url", 500, "DescribePushTasks"],
  ])("of %s is accepted, under way, and done with a query each time", async (lane, count, query) => {
    const { sim, submit, rows } = await play();
    const batch = urlBatch(count, lane);
    const task = taskOf(await submit(batch));
    expect(await rows(task)).toEqual({ rows: [], next: [task] });
    sim.clock.advance(60_000);
    const last = await rows(task);
    expect(last.next).toEqual([]);
    expect(new Set(last.rows.map(({ item, end }) => `${end} ${item}`))).toEqual(
      new Set(batch.items.map((item) => `confirmed ${item}`)),
    );
    expect(sim.ledger.stats().map(({ call, calls }) => [call, calls])).toEqual([
      [expect.any(String), 1],
      [query, 2],
    ]);
  });

  it("fails single items, each with the provider's word", async () => {
    const { sim, submit, rows } = await play();
    sim.faults.add({ kind: "fail-items", match: "中 1/" });
    const purge = taskOf(await submit(urlBatch(3)));
    const push = taskOf(await submit(urlBatch(3, "prefetch-url")));
    sim.clock.advance(60_000);
    const failures = async (task: Task) => (await rows(task)).rows.filter(({ end }) => end === "failed");
    expect(await failures(purge)).toMatchObject([{ item: urlBatch(3).items[1], code: "fail" }]);
    expect(await failures(push)).toMatchObject([{ item: urlBatch(3).items[1], code: "invalid" }]);
  });

  it("is asked for again while its task is not listed", async () => {
    const { sim, submit, rows } = await play();
    const task = taskOf(await submit(urlBatch(1)));
    sim.faults.add({ kind: "vanish-task" });
    sim.clock.advance(60_000);
    expect(await rows(task)).toEqual({ rows: [], next: [task] });
  });

  it("carries options, and takes a session token", async () => {
    const credentials = {
      kind: "keys",
      accessKeyId: "AKIDtest",
      accessKeySecret: "s",
      securityToken: "tok/en+==",
    } as const;
    const { submit } = await play({ credentials });
    const Headers = [{ Name: "X-Test", Value: "值" }];
    const options = {
      Area: "global",
      UserAgent: "x",
      Layer: "middle",
      ParseM3U8: true,
      UrlEncode: true,
      Headers,
    };
    expect(await submit({ ...urlBatch(2, "prefetch-url"), options })).toMatchObject({ kind: "accepted" });
    expect(
      await submit({ ...urlBatch(2, "purge-directory"), options: { FlushType: "flush" } }),
    ).toMatchObject({ kind: "accepted" });
  });
});

describe("a batch that the service encodes", () => {
  it.each(["purge-url", "prefetch-url"] as const)(
    "of %s is listed encoded and met all the same",
    async (lane) => {
      const { sim, submit, rows, encode } = await play();
      const items = [
        "https://cdn.example.com/中文/a b.jpg?q=值&r='1'",
        "https://cdn.example.com/%E5%9B%BE.jpg",
      ] as const;
      const batch: BatchContent = { lane, items: [...items], options: { UrlEncode: true } };
      expect(JSON.parse(encode(batch).body ?? "")).toMatchObject({ Urls: items, UrlEncode: true });
      const task = taskOf(await submit(batch));
      sim.clock.advance(60_000);
      const { rows: told } = await rows(task);
      expect(told[0]?.item).toBe("https://cdn.example.com/%E4%B8%AD%E6%96%87/a%20b.jpg?q=%E5%80%BC&r='1'");
      const ends = providers.get("tencent-cdn")?.poll.match(items, told);
      expect(ends?.map((row) => row?.end)).toEqual(["confirmed", "confirmed"]);
    },
  );
});

describe("statuses that a reply fault can bring", () => {
  const logs = (list: string, records: unknown, TotalCount: unknown = 1) =>
    JSON.stringify({ Response: { [list]: records, TotalCount, RequestId: "r" } });
  it.each<[string, string, string | null]>([
    [
      "a push that failed on the service's side",
      logs("PushLogs", [{ Url: "URL", Status: "fail" }]),
      "failed",
    ],
    ["a push that the origin refused", logs("PushLogs", [{ Url: "URL", Status: "invalid" }]), "failed"],
    ["a push that is done", logs("PushLogs", [{ Url: "URL", Status: "done", Percent: 100 }]), "confirmed"],
    ["a push under way", logs("PushLogs", [{ Url: "URL", Status: "process", Percent: 99 }]), null],
    ["a word that nobody knows", logs("PushLogs", [{ Url: "URL", Status: "success" }]), null],
    ["a null list", logs("PushLogs", null, null), null],
    ["an empty list", logs("PushLogs", [], 0), null],
    ["another list's records", logs("PurgeLogs", [{ Url: "URL", Status: "done" }]), null],
  ])("%s", async (_name, body, end) => {
    const { sim, submit, rows } = await play();
    const batch = urlBatch(1, "prefetch-url");
    const task = taskOf(await submit(batch));
    const [url] = batch.items;
    sim.faults.add({ kind: "reply", status: 200, times: 1, body: body.replace("URL", url) });
    const progress = await rows(task);
    expect(progress.rows.map((row) => row.end)).toEqual(end === null ? [] : [end]);
    expect(progress.next).toEqual(end === null ? [task] : []);
  });
});

describe("what API 3.0 refuses", () => {
  const refusals: [string, BatchContent, object][] = [
    [
      "too many URLs",
      urlBatch(1_001),
      { kind: "poisoned", code: "LimitExceeded.CdnPurgeUrlExceedBatchLimit" },
    ],
    [
      "too many directories",
      urlBatch(501, "purge-directory"),
      { kind: "poisoned", code: "LimitExceeded.CdnPurgePathExceedBatchLimit" },
    ],
    [
      "too many pushes",
      urlBatch(501, "prefetch-url"),
      { kind: "poisoned", code: "LimitExceeded.CdnPushExceedBatchLimit" },
    ],
    [
      "more directories than the day has",
      urlBatch(101, "purge-directory"),
      { kind: "quota", class: null, code: "LimitExceeded.CdnPurgePathExceedDayLimit" },
    ],
    [
      "a URL without a scheme",
      { ...urlBatch(1), items: ["cdn.example.com/a"] },
      { kind: "poisoned", code: "InvalidParameter.CdnParamError" },
    ],
    [
      "a URL that is too long",
      { ...urlBatch(1), items: [`https://a.test/${"x".repeat(10_240)}`] },
      { kind: "poisoned", code: "InvalidParameter.CdnUrlExceedLength" },
    ],
    [
      "a wildcard domain",
      { ...urlBatch(1), items: ["https://*.a.test/"] },
      { kind: "poisoned", code: "InvalidParameter.CdnPurgeWildcardNotAllowed" },
    ],
    [
      "an area that is none",
      { ...urlBatch(1), options: { Area: "mars" } },
      { kind: "poisoned", code: "InvalidParameter.CdnParamError" },
    ],
    [
      "21 headers of a push",
      {
        ...urlBatch(1, "prefetch-url"),
        options: { Headers: Array.from({ length: 21 }, (_, at) => ({ Name: `x-${at}`, Value: "1" })) },
      },
      { kind: "poisoned", code: "InvalidParameter.CdnParamError" },
    ],
    [
      "a header value of more than 1,024 bytes",
      {
        ...urlBatch(1, "prefetch-url"),
        options: { Headers: [{ Name: "x", Value: "值".repeat(342) }] },
      },
      { kind: "poisoned", code: "InvalidParameter.CdnParamError" },
    ],
    [
      "another layer than the middle",
      { ...urlBatch(1, "prefetch-url"), options: { Layer: "edge" } },
      { kind: "poisoned", code: "InvalidParameter.CdnParamError" },
    ],
    [
      "a purge of both areas",
      { ...urlBatch(1), options: { Area: "global" } },
      { kind: "poisoned", code: "InvalidParameter.CdnParamError" },
    ],
    [
      "more URLs overseas than the day has there",
      { ...urlBatch(101, "purge-directory"), options: { Area: "overseas" } },
      { kind: "quota", class: "directory@overseas", code: "LimitExceeded.CdnPurgePathExceedDayLimit" },
    ],
    [
      "a body of more than 10 MB",
      { ...urlBatch(1), items: [`https://a.test/${"x".repeat(10_000_000)}`] },
      { kind: "poisoned", code: "RequestSizeLimitExceeded" },
    ],
    [
      "a parameter that it has not",
      { ...urlBatch(1), options: { Nope: 1 } },
      { kind: "refused", code: "UnknownParameter" },
    ],
  ];
  it.each(refusals)("%s", async (_name, batch, outcome) => {
    const { sim, submit } = await play();
    expect(await submit(batch)).toMatchObject(outcome);
    expect(sim.ledger.since(0, 1)).toMatchObject([{ accepted: [], taskIds: [] }]);
  });

  it("an item of a domain that is not the account's", async () => {
    const { sim, submit } = await play();
    sim.faults.add({ kind: "refuse-items", match: "中 1/" });
    expect(await submit(urlBatch(2))).toMatchObject({
      kind: "poisoned",
      code: "ResourceNotFound.CdnHostNotExists",
    });
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "accepted" });
  });

  it("more than a day's URLs, until the day in Beijing turns", async () => {
    const { sim, submit } = await play({}, { quotas: { url: 3 } });
    expect(await submit(urlBatch(2))).toMatchObject({ kind: "accepted" });
    expect(await submit(urlBatch(2))).toMatchObject({ kind: "quota", class: null });
    sim.clock.advance(24 * 3_600_000);
    expect(await submit(urlBatch(2))).toMatchObject({ kind: "accepted" });
  });

  it("the call that is one too many in a second, whatever the call, each on its own account", async () => {
    const { sim, submit, poll } = await play(
      {},
      { calls: { PurgeUrlsCache: { perSecond: 1 }, DescribePurgeTasks: { perSecond: 1 } } },
    );
    const task = taskOf(await submit(urlBatch(1)));
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "throttled", code: "RequestLimitExceeded" });
    expect(await poll(task)).toMatchObject({ kind: "progress" });
    expect(await poll(task)).toMatchObject({ kind: "throttled" });
    sim.clock.advance(1_000);
    expect(await poll(task)).toMatchObject({ kind: "progress" });
  });

  it("an injected throttle, in the provider's words", async () => {
    const { sim, submit } = await play();
    sim.faults.add({ kind: "throttle", times: 1 });
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "throttled", code: "RequestLimitExceeded" });
    expect(await submit(urlBatch(1))).toMatchObject({ kind: "accepted" });
  });

  it("a page of more than 1,000 records: the adapter asks for less", async () => {
    const { submit, rows, sim } = await play();
    const task = taskOf(await submit(urlBatch(150)));
    sim.clock.advance(60_000);
    const asked = await rows({ ...task, state: { urls: 150, limit: 2_000 } });
    expect(asked).toMatchObject({ rows: [], next: [{ state: { limit: 100 } }] });
    const [smaller] = asked.next;
    if (smaller === undefined) throw new Error("nothing is asked for");
    const first = await rows(smaller);
    expect(first.rows).toHaveLength(100);
    const [second] = first.next;
    if (second === undefined) throw new Error("the second page is not asked for");
    expect(await rows(second)).toMatchObject({ rows: { length: 50 }, next: [] });
  });
});
