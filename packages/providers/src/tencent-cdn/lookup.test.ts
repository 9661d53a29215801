import type { CallOptions, HttpReply, Lane, Listing, LookupAnswer } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount, sampleCall } from "./sample-account.ts";

/** 16:15:30 in Beijing. */
const AT = Date.parse("2026-07-01T08:15:30Z");

function listing(lane: Lane = "purge-url", options: CallOptions = {}, state?: Listing["state"]): Listing {
  const window = { lane, options, fromMs: AT + 250, untilMs: AT + 12_001 };
  return state === undefined ? window : { ...window, state };
}

function lookup() {
  if (tencentCdn.lookup === undefined) throw new Error("tencent-cdn looks nothing up");
  return tencentCdn.lookup;
}

const reply = (body: object): HttpReply => ({ status: 200, headers: {}, body: JSON.stringify(body) });
const told = (body: object, asked = listing()): LookupAnswer => lookup().decode(reply(body), asked);

describe("the records of a time, API 3.0", () => {
  const bodyOf = (asked: Listing): unknown =>
    JSON.parse(lookup().encode(asked, sampleCall(sampleAccount())).body ?? "");
  const log = (Url: string, more: object = {}) => ({
    TaskId: "t1",
    Url,
    Status: "done",
    CreateTime: "2026-07-01 16:15:30",
    ...more,
  });
  const purged = (logs: readonly object[], more: object = {}) => ({
    Response: { PurgeLogs: logs, TotalCount: logs.length, RequestId: "r1", ...more },
  });

  it("are asked for by time and kind, and by area where the purge has one", () => {
    const times = { StartTime: "2026-07-01 16:15:30", EndTime: "2026-07-01 16:15:43" };
    expect(bodyOf(listing())).toEqual({ ...times, PurgeType: "url", Limit: 1000, Offset: 0 });
    expect(bodyOf(listing("purge-directory", { Area: "overseas" }, { offset: 100, limit: 100 }))).toEqual({
      ...times,
      PurgeType: "path",
      Area: "overseas",
      Limit: 100,
      Offset: 100,
    });
    expect(bodyOf(listing("prefetch-url", { Area: "global" }))).toEqual({ ...times, Limit: 1000, Offset: 0 });
  });

  it("name an item, its task and its second", () => {
    expect(
      told(
        purged([
          log("http://a.test/1"),
          log("http://a.test/2", { CreateTime: "?" }),
          log("http://a.test/3", { TaskId: "" }),
        ]),
      ),
    ).toEqual({
      kind: "listed",
      rows: [
        {
          item: "http://a.test/1",
          taskId: "t1",
          createdAtMs: AT,
          task: { call: "DescribePurgeTasks", id: "t1" },
        },
      ],
      next: null,
      requestId: "r1",
    });
  });

  it("of a directory are those of the same strength", () => {
    const logs = ["flush", "delete", ""].map((FlushType) =>
      log(`http://a.test/${FlushType}/`, { FlushType }),
    );
    const itemsOf = (options: CallOptions) => {
      const answer = told(purged(logs), listing("purge-directory", options));
      return answer.kind === "listed" ? answer.rows.map(({ item }) => item) : [];
    };
    expect(itemsOf({})).toEqual(["http://a.test/delete/", "http://a.test//"]);
    expect(itemsOf({ FlushType: "flush" })).toEqual(["http://a.test/flush/", "http://a.test//"]);
  });

  it("are read to their end, in pages of what the service takes", () => {
    const page = (count: number, TotalCount: number) =>
      purged(
        Array.from({ length: count }, () => log("http://a.test/1")),
        { TotalCount },
      );
    expect(told(page(100, 250), listing("purge-url", {}, { offset: 100, limit: 100 }))).toMatchObject({
      next: { offset: 200, limit: 100 },
    });
    expect(told(page(50, 250), listing("purge-url", {}, { offset: 200, limit: 100 }))).toMatchObject({
      next: null,
    });
    expect(told(page(0, 250), listing("purge-url", {}, { offset: 200, limit: 100 }))).toMatchObject({
      next: null,
    });
    const refused = {
      Response: { Error: { Code: "InvalidParameter.CdnParamError", Message: "no" }, RequestId: "r" },
    };
    expect(told(refused)).toMatchObject({ kind: "listed", rows: [], next: { offset: 0, limit: 100 } });
    expect(told(refused, listing("purge-url", {}, { offset: 0, limit: 100 })).kind).toBe("poisoned");
  });
});

describe("the log of a time, v2", () => {
  const settings = sampleAccount({ signature: "v2-sha256" });
  const fieldsOf = (asked: Listing) =>
    Object.fromEntries(new URLSearchParams(lookup().encode(asked, sampleCall(settings)).body ?? ""));
  const record = {
    host: "a.test",
    type: 0,
    status: 1,
    url_list: ["http://a.test/1", "http://a.test/2"],
    datetime: "2026-07-01 16:15:31",
  };
  const data = (...logs: readonly object[]) => ({ code: 0, message: "", data: { total: logs.length, logs } });

  it("is asked for by time; overseas by day, and by both where a time has two", () => {
    expect(fieldsOf(listing())).toMatchObject({
      Action: "GetCdnRefreshLog",
      startDate: "2026-07-01 16:15:30",
      endDate: "2026-07-01 16:15:43",
    });
    const abroad = listing("purge-url", { Area: "overseas" });
    expect(fieldsOf(abroad)).toMatchObject({ Action: "GetCdnOverseaRefreshLog", date: "20260701" });
    const midnight = {
      ...abroad,
      fromMs: Date.parse("2026-07-01T15:59:58Z"),
      untilMs: Date.parse("2026-07-01T16:00:05Z"),
    };
    expect(told(data(), midnight)).toMatchObject({ kind: "listed", next: { date: "20260702" } });
    expect(fieldsOf({ ...midnight, state: { date: "20260702" } })).toMatchObject({ date: "20260702" });
    expect(told(data(), { ...midnight, state: { date: "20260702" } })).toMatchObject({ next: null });
  });

  it("names no ids: what it names is asked for by its time", () => {
    const answer = told(data(record, { ...record, type: 1 }, { ...record, datetime: "" }));
    const task = {
      call: "GetCdnRefreshLog",
      id: "2026-07-01 16:15:31 0",
      state: { sinceMs: AT + 1000, type: "0" },
    };
    expect(answer).toMatchObject({ kind: "listed", next: null });
    expect(answer.kind === "listed" && answer.rows).toEqual(
      record.url_list.map((item) => ({ item, taskId: null, createdAtMs: AT + 1000, task })),
    );
    expect(told(data(record), listing("purge-url", { Area: "overseas" }))).toMatchObject({
      rows: [
        { task: { call: "GetCdnOverseaRefreshLog", state: { date: "20260701", sinceMs: AT + 1000 } } },
        {},
      ],
    });
  });
});
