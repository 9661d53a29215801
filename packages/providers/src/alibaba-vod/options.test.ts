import type { IntentOptions, JsonObject, Lane } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaVod } from "./index.ts";

const settings = testAccount("alibaba-vod");
const own = (block: JsonObject): IntentOptions => ({ strength: null, area: null, own: block });
const checked = (lane: Lane, given: IntentOptions) => alibabaVod.options(lane, given, settings);

describe("options of media", () => {
  it("become the parameters of RefreshMediaPlayUrls", () => {
    const block = {
      formats: ["mp4", "m3u8"],
      definitions: ["SD", "HD"],
      streamType: ["video"],
      resultType: "Multiple",
      sliceFlag: true,
      sliceCount: 3,
      userData: { Extend: { b: 1, a: "x" } },
    };
    expect(checked("prefetch-media", own(block))).toEqual({
      ok: true,
      value: {
        Formats: "m3u8,mp4",
        Definitions: "HD,SD",
        StreamType: "video",
        ResultType: "Multiple",
        SliceFlag: true,
        SliceCount: 3,
        UserData: '{"Extend":{"a":"x","b":1}}',
      },
    });
  });

  it("that say the same are the same JSON, whatever their order and spelling", () => {
    const a = checked("purge-media", own({ sliceFlag: false, resultType: "Single", formats: "mp4,ts,mp4" }));
    const b = checked("purge-media", own({ formats: ["ts", "mp4"] }));
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });

  it("that are the provider's defaults are no options", () => {
    const defaults = { resultType: "Single", sliceFlag: true, sliceCount: 5 };
    expect(checked("purge-media", own(defaults))).toEqual({ ok: true, value: { SliceFlag: true } });
    expect(checked("purge-media", own({ sliceFlag: false }))).toEqual({ ok: true, value: {} });
  });

  it("are all checked at once, each naming what is allowed", () => {
    const block = {
      formats: ["avi"],
      definitions: ["H D"],
      streamType: [],
      resultType: "single",
      sliceFlag: "yes",
      sliceCount: 21,
      userData: "x",
      colour: 1,
    };
    const result = alibabaVod.options(
      "purge-media",
      { strength: "soft", area: "domestic", own: block },
      settings,
    );
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ path }) => path.join("."))).toEqual([
      "strength",
      "area",
      "alibaba-vod.colour",
      "alibaba-vod.formats",
      "alibaba-vod.definitions",
      "alibaba-vod.streamType",
      "alibaba-vod.resultType",
      "alibaba-vod.sliceFlag",
      "alibaba-vod.sliceCount",
      "alibaba-vod.userData",
      "alibaba-vod.sliceCount",
    ]);
    const details = problems.map(({ detail }) => detail).join("\n");
    for (const allowed of [
      "mp4, m3u8, mp3, flv, webm, ts",
      "video, audio",
      "Single or Multiple",
      "1 to 20",
      "sliceFlag: true",
      "MessageCallback, Extend, AccelerateConfig",
    ]) {
      expect(details).toContain(allowed);
    }
  });
});

describe("userData", () => {
  const accepted = (userData: JsonObject[string]) => checked("purge-media", own({ userData })).ok;

  it.each([
    [{ MessageCallback: { CallbackURL: "https://purge.example.com/v1/callbacks/vod" } }],
    [{ MessageCallback: { CallbackType: "MNS", MnsQueueName: "q" }, Extend: { localId: "x" } }],
    [{ AccelerateConfig: { Type: "oss", Domain: "oss-accelerate.aliyuncs.com" } }],
  ])("%j is sent", (userData) => {
    expect(accepted(userData)).toBe(true);
  });

  it.each([
    [{ MessageCallback: { CallbackURL: "ftp://a.test/" } }],
    [{ MessageCallback: { CallbackURL: "" } }],
    [{ MessageCallback: "https://a.test/" }],
    [{ Extend: "x" }],
    [{ messageCallback: { CallbackURL: "https://a.test/" } }],
    [{ Extend: { text: "x".repeat(2048) } }],
    [[]],
  ])("%j is refused: the provider would ignore it", (userData) => {
    expect(accepted(userData)).toBe(false);
  });
});

describe("options of URLs at VOD", () => {
  it.each(["purge-directory", "purge-pattern", "purge-ignore-params"] as const)("make a soft %s", (lane) => {
    const soft = { strength: "soft", area: null, own: null } as const;
    expect(checked(lane, soft)).toEqual({ ok: true, value: { Force: false } });
  });

  it("of a prefetch become the parameters of PreloadVodObjectCaches", () => {
    const given = { ...own({ l2Preload: true, withHeader: { a: ["b"] } }), area: "domestic" };
    expect(checked("prefetch-url", given)).toEqual({
      ok: true,
      value: { Area: "domestic", L2Preload: true, WithHeader: '{"a":["b"]}' },
    });
  });

  it("are not those of media, nor those of the CDN alone", () => {
    const problemsOf = (block: JsonObject) => {
      const result = checked("prefetch-url", own(block));
      return result.ok ? [] : result.problems.map(({ detail, value }) => [detail, value]);
    };
    const unknown = (key: string, value: string) => [
      `alibaba-vod has no option "${key}" for prefetch-url; allowed are l2Preload, withHeader.`,
      value,
    ];
    expect(problemsOf({ sliceCount: 3, queryHashkey: true })).toEqual([
      unknown("sliceCount", "3"),
      unknown("queryHashkey", "true"),
    ]);
  });
});

describe("an account of ApsaraVideo VOD", () => {
  const check = (given: Parameters<typeof testAccount>[1]) =>
    alibabaVod.check(testAccount("alibaba-vod", given)).map(({ path, code }) => `${path.join(".")} ${code}`);

  it("needs a known region or an endpoint, and an access key", () => {
    expect(check({})).toEqual([]);
    expect(check({ region: null })).toEqual(["region missing-region"]);
    expect(check({ region: "cn-moon" })).toEqual(["region unknown-region"]);
    expect(check({ region: null, endpoint: "http://127.0.0.1:9101" })).toEqual([]);
    expect(check({ credentials: { kind: "token", token: "t" } })).toEqual(["credentials wrong-credentials"]);
  });

  it("has the URL-based lanes in Shanghai alone, where they are documented", () => {
    const lanes = (region: string) =>
      Object.keys(alibabaVod.table(testAccount("alibaba-vod", { region })).lanes);
    expect(lanes("cn-beijing")).toEqual(["purge-media", "prefetch-media"]);
    expect(lanes("cn-hangzhou")).toContain("purge-url");
  });

  it("is called at its region's host", () => {
    const batch = { lane: "purge-media", items: ["m1"], options: {} } as const;
    const hostOf = (region: string) => {
      const call = testCall(testAccount("alibaba-vod", { region }));
      return new URL(alibabaVod.encode({ ...batch, items: ["m1"] }, call).url).host;
    };
    expect(hostOf("cn-beijing")).toBe("vod.cn-beijing.aliyuncs.com");
    expect(hostOf("cn-hangzhou")).toBe("vod.cn-shanghai.aliyuncs.com");
  });
});

describe("a target", () => {
  it("that would become two in a list is refused", () => {
    expect(alibabaVod.whyNot?.("purge-media", "a,b", settings)).toContain("media id");
    expect(alibabaVod.whyNot?.("purge-url", "https://a.test/1\nhttps://a.test/2", settings)).toContain(
      "line end",
    );
    expect(alibabaVod.whyNot?.("purge-url", "https://a.test/\ud800", settings)).toContain("surrogate");
    expect(alibabaVod.whyNot?.("purge-url", "https://*.a.test/1", settings)).toContain("wildcard host");
    expect(alibabaVod.whyNot?.("purge-directory", "https://*.a.test/", settings)).toContain("wildcard host");
    expect(alibabaVod.whyNot?.("purge-url", "https://a.test/*", settings)).toBeNull();
    expect(alibabaVod.whyNot?.("purge-pattern", "https://.*.a.test/.*", settings)).toBeNull();
    expect(alibabaVod.whyNot?.("prefetch-media", "ca3a8f6e4957b658067095869aaaa", settings)).toBeNull();
    expect(alibabaVod.whyNot?.("purge-url", "https://a.test/1,2", settings)).toBeNull();
  });
});
