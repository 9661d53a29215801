import type { HttpReply, JsonObject, PollAnswer, Row, Task } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";

const url = (at: number) => `https://a.test/${at}`;
const task = (state: JsonObject): Task => ({ call: "DescribePurgeTasks", id: "t", state });
const reply = (response: JsonObject): HttpReply => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ Response: response }),
});
const done = (from: number, count: number): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({ Url: url(from + at), Status: "done" }));

const progressOf = (answer: PollAnswer) => {
  const [progress] = answer.kind === "progress" ? answer.tasks : [];
  if (progress === undefined) throw new Error(`expected progress, got ${JSON.stringify(answer)}`);
  return progress;
};
const read = (state: JsonObject, response: JsonObject) =>
  progressOf(tencentCdn.poll.decode(reply(response), [task(state)]));

/** A server with `total` finished records that gives at most `most` a page; returns the queries that it took. */
function drain(
  urls: number,
  total: number,
  most: number,
  refusesMore = false,
): { queries: number; items: Set<string> } {
  const items = new Set<string>();
  const todo: Task[] = [task({ urls })];
  let queries = 0;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    queries += 1;
    if (queries > 2_000) throw new Error("the pages never end");
    const request = tencentCdn.poll.encode([next], CALL);
    const { Limit, Offset } = JSON.parse(request.body ?? "");
    const refused = refusesMore && Limit > most;
    const page = done(Offset, Math.max(0, Math.min(Limit, most, total - Offset)));
    const response: JsonObject = refused
      ? { Error: { Code: "InvalidParameter.CdnParamError", Message: "Limit" } }
      : { PurgeLogs: page, TotalCount: total };
    const progress = progressOf(tencentCdn.poll.decode(reply(response), [next]));
    for (const { item } of progress.rows) if (item !== null) items.add(item);
    todo.push(...progress.next);
  }
  return { queries, items };
}

const CALL = sampleCall(sampleAccount());

describe("pages of a task", () => {
  it.each<[string, number, number, boolean]>([
    ["one query for a full batch", 1, 1_000, false],
    ["a page each where the server gives 100 at most", 10, 100, false],
    ["a page each where the server gives 20 at most", 50, 20, false],
    ["one query more where the server refuses more than 100", 11, 100, true],
  ])("%s", (_name, queries, most, refusesMore) => {
    const result = drain(1_000, 1_000, most, refusesMore);
    expect(result.queries).toBe(queries);
    expect(result.items).toEqual(new Set(Array.from({ length: 1_000 }, (_, at) => url(at))));
  });

  it("are all asked for at once when the first is through, and not before", () => {
    const first = { PurgeLogs: done(0, 100), TotalCount: 250 };
    const offsets = ({ next }: { next: readonly Task[] }) => next.map(({ state }) => state?.offset);
    expect(offsets(read({ urls: 250 }, first))).toEqual([100, 200]);
    const open = { PurgeLogs: [...done(0, 99), { Url: url(99), Status: "process" }], TotalCount: 250 };
    expect(read({ urls: 250 }, open)).toMatchObject({
      rows: { length: 99 },
      next: [{ state: { urls: 250 } }],
    });
  });

  it("beyond the listed records are asked for while URLs are missing", () => {
    const { next } = read({ urls: 3 }, { PurgeLogs: done(0, 2), TotalCount: 2 });
    expect(next).toMatchObject([{ id: "t", state: { offset: 2, end: 3 } }]);
    const [missing] = next;
    if (missing === undefined) throw new Error("no page is asked for");
    expect(
      progressOf(tencentCdn.poll.decode(reply({ PurgeLogs: [], TotalCount: 2 }), [missing])).next,
    ).toEqual([missing]);
  });

  it("go on where a playlist's parts are listed with it", () => {
    const first = { PushLogs: done(0, 1_000), TotalCount: 3_500 };
    const push = (state: JsonObject): Task => ({ call: "DescribePushTasks", id: "t", state });
    const offsets = (state: JsonObject) =>
      progressOf(tencentCdn.poll.decode(reply(first), [push(state)])).next.map((page) => page.state);
    expect(offsets({ urls: 1 })).toEqual([]);
    expect(offsets({ urls: 1, most: 10_000 })).toEqual([
      { urls: 1, most: 10_000, offset: 1_000, end: 2_000, limit: 1_000 },
      { urls: 1, most: 10_000, offset: 2_000, end: 3_000, limit: 1_000 },
      { urls: 1, most: 10_000, offset: 3_000, end: 3_500, limit: 1_000 },
    ]);
  });

  it("are not made for a total that cannot be", () => {
    const { next } = read({ urls: 30 }, { PurgeLogs: done(0, 30), TotalCount: 1e12 });
    expect(next.length).toBeLessThanOrEqual(50);
  });
});

describe("records", () => {
  it.each(["process", "", "DOING", "unknown word"])('with the status "%s" are not final', (Status) => {
    expect(read({ urls: 1 }, { PurgeLogs: [{ Url: url(1), Status }], TotalCount: 1 })).toEqual({
      rows: [],
      next: [task({ urls: 1 })],
    });
  });

  it("refused for another reason than the page's size fail the query", () => {
    const error = (Code: string) => reply({ Error: { Code, Message: "m" }, RequestId: "r" });
    const small = task({ urls: 1, limit: 100 });
    expect(tencentCdn.poll.decode(error("InvalidParameter.CdnParamError"), [small])).toMatchObject({
      kind: "poisoned",
    });
    expect(tencentCdn.poll.decode(error("RequestLimitExceeded"), [task({ urls: 1 })])).toMatchObject({
      kind: "throttled",
    });
  });
});

describe("rows meet items", () => {
  const row = (item: string, end: Row["end"]): Row => ({ item, end, code: null, message: null });
  const ends = (items: readonly string[], rows: readonly Row[]) =>
    tencentCdn.poll.match(items, rows).map((match) => match?.end ?? null);

  it("by their text, also where another item has the same normal form", () => {
    const items = ["https://a.test/中", "https://a.test/%E4%B8%AD"];
    expect(
      ends(items, [row("https://a.test/中", "confirmed"), row("https://a.test/%E4%B8%AD", "failed")]),
    ).toEqual(["confirmed", "failed"]);
  });

  it("never by the normal form of a row that spells another item", () => {
    const items = ["https://a.test/中", "https://a.test/%E4%B8%AD"];
    expect(ends(items, [row("https://a.test/%E4%B8%AD", "confirmed")])).toEqual([null, "confirmed"]);
  });

  it("by their normal form where no row has the text", () => {
    const items = ["https://A.test/中", "https://a.test:443/x", "https://a.test/other"];
    expect(
      ends(items, [row("https://a.test/%E4%B8%AD", "confirmed"), row("https://a.test/x", "failed")]),
    ).toEqual(["confirmed", "failed", null]);
  });
});
