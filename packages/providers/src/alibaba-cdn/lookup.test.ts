import type { HttpReply, Lane, Listing, LookupAnswer } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { cdnLookup } from "./lookup.ts";

const AT = Date.parse("2026-07-01T08:15:30Z");

function listing(lane: Lane = "purge-url", state?: Listing["state"]): Listing {
  const window = { lane, options: {}, fromMs: AT + 250, untilMs: AT + 12_001 };
  return state === undefined ? window : { ...window, state };
}

function queryOf(asked: Listing): Readonly<Record<string, string>> {
  const request = cdnLookup.encode(asked, testCall(testAccount("alibaba-cdn")));
  return Object.fromEntries(new URL(request.url).searchParams);
}

function row(ObjectPath: string, more: object = {}): object {
  return {
    TaskId: "7",
    ObjectPath,
    ObjectType: "file",
    Status: "Complete",
    CreationTime: "2026-07-01T08:15:30Z",
    ...more,
  };
}

function answer(rows: readonly object[], more: object = {}, asked = listing()): LookupAnswer {
  const body = { Tasks: { CDNTask: rows }, TotalCount: rows.length, RequestId: "r1", ...more };
  const reply: HttpReply = { status: 200, headers: {}, body: JSON.stringify(body) };
  return cdnLookup.decode(reply, asked);
}

const itemsOf = (told: LookupAnswer): readonly string[] =>
  told.kind === "listed" ? told.rows.map(({ item }) => item) : [told.kind];

describe("the list of tasks of a time", () => {
  it("is asked for in whole seconds that hold all of it, by kind, a hundred rows at once", () => {
    expect(queryOf(listing())).toEqual({
      StartTime: "2026-07-01T08:15:30Z",
      EndTime: "2026-07-01T08:15:43Z",
      ObjectType: "file",
      PageNumber: "1",
      PageSize: "100",
    });
    expect(queryOf(listing("prefetch-url", { page: 3, told: 200 }))).toMatchObject({
      ObjectType: "preload",
      PageNumber: "3",
    });
    // Which word stands for ignored parameters here is on no page.
    expect(queryOf(listing("purge-ignore-params"))).not.toHaveProperty("ObjectType");
  });

  it("names an item, its task and its second in each row", () => {
    expect(answer([row("http://a.test/1")])).toEqual({
      kind: "listed",
      rows: [
        {
          item: "http://a.test/1",
          taskId: "7",
          createdAtMs: AT,
          task: { call: "DescribeRefreshTaskById", id: "7" },
        },
      ],
      next: null,
      requestId: "r1",
    });
  });

  it("leaves out rows of other kinds, and rows that do not say what, whose or when", () => {
    const rows = [
      row("http://a.test/file"),
      row("http://a.test/dir/", { ObjectType: "directory" }),
      row("http://a.test/push", { ObjectType: "preload" }),
      row("http://a.test/params", { ObjectType: "ignoreparams" }),
      row("http://a.test/untold", { ObjectType: undefined }),
      row("http://a.test/no-id", { TaskId: undefined }),
      row("http://a.test/no-time", { CreationTime: "soon" }),
    ];
    expect(itemsOf(answer(rows))).toEqual(["http://a.test/file"]);
    expect(itemsOf(answer(rows, {}, listing("purge-directory")))).toEqual(["http://a.test/dir/"]);
    expect(itemsOf(answer(rows, {}, listing("purge-ignore-params")))).toEqual([
      "http://a.test/params",
      "http://a.test/untold",
    ]);
  });

  it.each([
    ["as many as there are", 3, { TotalCount: 3 }, undefined, null],
    ["fewer than there are", 100, { TotalCount: 250 }, undefined, { page: 2, told: 100 }],
    ["the second of three pages", 100, { TotalCount: 250 }, { page: 2, told: 100 }, { page: 3, told: 200 }],
    ["the last page", 50, { TotalCount: 250 }, { page: 3, told: 200 }, null],
    ["pages that the service caps", 20, { TotalCount: 50 }, undefined, { page: 2, told: 20 }],
    ["a full page without a total", 100, { TotalCount: undefined }, undefined, { page: 2, told: 100 }],
    ["a short page without a total", 99, { TotalCount: undefined }, undefined, null],
    ["nothing more, whatever the total says", 0, { TotalCount: 250 }, { page: 3, told: 200 }, null],
  ])("is read to its end: %s", (_, count, more, state, next) => {
    const rows = Array.from({ length: count }, (__, index) => row(`http://a.test/${index}`));
    expect(answer(rows, more, listing("purge-url", state))).toMatchObject({ kind: "listed", next });
  });

  it("refuses a key without the right to ask, which stops nothing else", () => {
    const reply = {
      status: 403,
      headers: {},
      body: JSON.stringify({ Code: "Forbidden.RAM", Message: "no", RequestId: "r" }),
    };
    expect(cdnLookup.decode(reply, listing()).kind).toBe("refused");
  });
});
