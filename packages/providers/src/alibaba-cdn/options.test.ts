import type { IntentOptions, Lane } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { testAccount, testCall } from "../shared/alibaba/test-account.ts";
import { alibabaCdn } from "./index.ts";

const settings = testAccount("alibaba-cdn");
const checked = (lane: Lane, given: Partial<IntentOptions>) =>
  alibabaCdn.options(lane, { strength: null, area: null, own: null, ...given }, settings);
const detailsOf = (lane: Lane, given: Partial<IntentOptions>) => {
  const result = checked(lane, given);
  return result.ok ? [] : result.problems.map(({ detail }) => detail);
};

describe("options of the CDN", () => {
  it.each(["purge-directory", "purge-pattern", "purge-ignore-params"] as const)("make a soft %s", (lane) => {
    expect(checked(lane, { strength: "soft" })).toEqual({ ok: true, value: { Force: false } });
    expect(checked(lane, { strength: "hard" })).toEqual({ ok: true, value: {} });
  });

  it("have no soft purge of URLs", () => {
    expect(detailsOf("purge-url", { strength: "soft" })).toEqual([
      "strength must be hard: alibaba-cdn has no soft purge-url.",
    ]);
  });

  it("of a prefetch become the parameters of PushObjectCache", () => {
    const withHeader = { "X-B": ["1"], "Accept-Encoding": ["gzip", "br"] };
    const given = { area: "overseas", own: { withHeader, l2Preload: true } };
    expect(checked("prefetch-url", given)).toEqual({
      ok: true,
      value: {
        Area: "overseas",
        L2Preload: true,
        WithHeader: '{"Accept-Encoding":["gzip","br"],"X-B":["1"]}',
      },
    });
    expect(checked("prefetch-url", { own: { l2Preload: false } })).toEqual({ ok: true, value: {} });
  });

  it("that no page describes are sent as they are said, false too", () => {
    const said = { queryHashkey: false, consistencyHash: true };
    expect(checked("prefetch-url", { own: said })).toEqual({
      ok: true,
      value: { QueryHashkey: false, ConsistencyHash: true },
    });
  });

  it("that say the same are the same JSON, whatever their order", () => {
    const withHeader = { a: ["1"], b: ["2"] };
    const one = { consistencyHash: true, withHeader, l2Preload: true };
    const other = { l2Preload: true, withHeader: { b: ["2"], a: ["1"] }, consistencyHash: true };
    expect(JSON.stringify(checked("prefetch-url", { own: one, area: "domestic" }))).toBe(
      JSON.stringify(checked("prefetch-url", { area: "domestic", own: other })),
    );
  });

  it("of a wrong value or lane name what is allowed", () => {
    expect(detailsOf("prefetch-url", { area: "moon" })).toEqual(["area must be one of domestic, overseas."]);
    expect(detailsOf("purge-url", { area: "domestic" })[0]).toContain("prefetch-url only");
    expect(detailsOf("purge-url", { own: { l2Preload: true } })[0]).toContain("it takes none");
    expect(detailsOf("prefetch-url", { own: { l2preload: true } })[0]).toContain(
      "l2Preload, withHeader, queryHashkey, consistencyHash",
    );
    expect(detailsOf("prefetch-url", { own: { queryHashkey: "yes" } })).toEqual([
      "queryHashkey must be true or false.",
    ]);
    const wrong = [
      {},
      "x",
      ["a"],
      { a: "gzip" },
      { a: [] },
      { a: [1] },
      { "a b": ["gzip"] },
      { "": ["gzip"] },
      { a: ["x\r\nHost: evil"] },
      { "Accept-Encoding": ["gzip"], "accept-encoding": ["br"] },
      { a: ["x".repeat(2048)] },
    ];
    for (const withHeader of wrong) {
      expect(detailsOf("prefetch-url", { own: { withHeader } })[0]).toContain("withHeader must be an object");
    }
  });
});

describe("an account of the CDN", () => {
  it("is called at the host of its region, in Singapore for those that the SDK sends there", () => {
    const hostOf = (region: string | null) => {
      const call = testCall(testAccount("alibaba-cdn", { region }));
      const items: [string] = ["https://a.test/"];
      return new URL(alibabaCdn.encode({ lane: "purge-url", items, options: {} }, call).url).host;
    };
    expect(hostOf(null)).toBe("cdn.aliyuncs.com");
    expect(hostOf("cn-beijing")).toBe("cdn.aliyuncs.com");
    expect(hostOf("eu-west-1")).toBe("cdn.ap-southeast-1.aliyuncs.com");
  });
});
