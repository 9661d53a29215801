import type { HttpReply } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaCdn } from "./index.ts";

const settings = testAccount("alibaba-cdn");
const { quota } = alibabaCdn;
if (quota === undefined) throw new Error("the CDN tells its quota");

const told = (body: object | string): ReturnType<typeof quota.decode> => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const reply: HttpReply = { status: 200, headers: {}, body: text };
  return quota.decode("DescribeRefreshQuota", reply);
};

describe("DescribeRefreshQuota", () => {
  it("is asked without parameters, within its own rate", () => {
    const [call = ""] = quota.calls(settings);
    const request = quota.encode(call, testCall(settings));
    expect([request.method, request.headers["x-acs-action"]]).toEqual(["POST", "DescribeRefreshQuota"]);
    expect([new URL(request.url).search, request.body]).toEqual(["", null]);
    expect(alibabaCdn.table(settings).calls[call]?.perSecond?.value).toBe(20);
  });

  it("tells what is left of every class, be it in texts or in numbers", () => {
    const texts = {
      RequestId: "42E0554B",
      UrlQuota: "2000",
      UrlRemain: "1996",
      DirQuota: "100",
      DirRemain: "99",
      PreloadQuota: "500",
      PreloadRemain: "400",
      RegexQuota: "20",
      RegexRemain: "10",
      IgnoreParamsQuota: "100",
      IgnoreParamsRemain: "0",
    };
    const figures = [
      { class: "url", limit: 2_000, remaining: 1_996, batch: null },
      { class: "directory", limit: 100, remaining: 99, batch: null },
      { class: "prefetch", limit: 500, remaining: 400, batch: null },
      { class: "pattern", limit: 20, remaining: 10, batch: null },
      { class: "ignoreParams", limit: 100, remaining: 0, batch: null },
    ];
    const numbers = Object.entries(texts).map(([name, text]) => [name, Number(text) || text] as const);
    expect(told(texts)).toEqual({ kind: "figures", figures, requestId: "42E0554B" });
    expect(told(Object.fromEntries(numbers))).toMatchObject({ kind: "figures", figures });
  });

  it("leaves out what we never spend: blocked URLs, prefetches to the outer nodes", () => {
    const others = {
      BlockQuota: "300",
      blockRemain: "100",
      PreloadEdgeQuota: "20",
      PreloadEdgeRemain: "0",
    };
    expect(told({ UrlRemain: "7", ...others })).toMatchObject({
      figures: [{ class: "url", limit: null, remaining: 7 }],
    });
  });

  it.each([
    ["an empty text", ""],
    ["a word", "many"],
    ["a negative number, which may mean no limit", "-1"],
    ["a fraction", 1.5],
    ["nothing", null],
    ["an object", {}],
    ["more than can be counted", "99999999999999999999"],
  ])("takes %s for not told", (_what, value) => {
    expect(told({ UrlQuota: value, UrlRemain: "5" })).toMatchObject({
      figures: [{ class: "url", limit: null, remaining: 5 }],
    });
  });

  it("reads a name that begins small, as blockRemain does in the samples", () => {
    expect(told({ UrlQuota: "9", urlRemain: "4" })).toMatchObject({
      figures: [{ limit: 9, remaining: 4 }],
    });
  });

  it.each(["{}", "[]", "null", "<html>", '{"RequestId":"x"}', '{"UrlQuota":"many"}'])(
    "that answers %s has told nothing, and that is no spent day",
    (body) => {
      expect(told(body)).toMatchObject({ kind: "ambiguous" });
    },
  );
});
