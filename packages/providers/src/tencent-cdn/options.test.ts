import type { IntentOptions, JsonObject, Lane } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount } from "./sample-account.ts";

const NONE: IntentOptions = { strength: null, area: null, own: null };
const given = (lane: Lane, options: Partial<IntentOptions>, signature = "tc3") =>
  tencentCdn.options(lane, { ...NONE, ...options }, sampleAccount({ signature }));
const value = (lane: Lane, options: Partial<IntentOptions>) => {
  const checked = given(lane, options);
  return checked.ok ? JSON.stringify(checked.value) : checked.problems;
};

describe("options that are taken", () => {
  it.each<[string, Lane, Partial<IntentOptions>, JsonObject]>([
    ["nothing", "purge-url", {}, {}],
    ["a hard purge", "purge-directory", { strength: "hard" }, {}],
    ["a soft purge of a directory", "purge-directory", { strength: "soft" }, { FlushType: "flush" }],
    ["an area", "purge-url", { area: "mainland" }, { Area: "mainland" }],
    ["the default area of a push", "prefetch-url", { area: "mainland" }, {}],
    ["both areas of a push", "prefetch-url", { area: "global" }, { Area: "global" }],
    [
      "defaults by name",
      "prefetch-url",
      { own: { urlEncode: false, userAgent: "TencentCdn", headers: {} } },
      {},
    ],
    [
      "all of a push, in one order",
      "prefetch-url",
      {
        area: "overseas",
        own: {
          headers: { "X-B": "2", "X-A": "1" },
          urlEncode: true,
          disableRange: true,
          parseM3U8: true,
          layer: "middle",
          userAgent: "probe/1",
        },
      },
      {
        Area: "overseas",
        UserAgent: "probe/1",
        Layer: "middle",
        ParseM3U8: true,
        DisableRange: true,
        UrlEncode: true,
        Headers: [
          { Name: "X-A", Value: "1" },
          { Name: "X-B", Value: "2" },
        ],
      },
    ],
  ])("%s", (_name, lane, options, expected) => {
    expect(value(lane, options)).toBe(JSON.stringify(expected));
  });

  it("takes a soft purge of a directory in v2 too", () => {
    expect(given("purge-directory", { strength: "soft" }, "v2-sha256")).toEqual({
      ok: true,
      value: { FlushType: "flush" },
    });
  });
});

describe("options that are refused, with what was expected", () => {
  it.each<[string, Lane, Partial<IntentOptions>, (string | number)[], string]>([
    ["a soft purge of URLs", "purge-url", { strength: "soft" }, ["strength"], "expected hard"],
    ["a soft prefetch", "prefetch-url", { strength: "soft" }, ["strength"], "expected hard"],
    ["a purge of both areas", "purge-url", { area: "global" }, ["area"], "mainland, overseas"],
    ["an unknown area of a push", "prefetch-url", { area: "mars" }, ["area"], "mainland, overseas, global"],
    [
      "a push's option on a purge",
      "purge-url",
      { own: { layer: "middle" } },
      ["tencent-cdn", "layer"],
      "urlEncode",
    ],
    [
      "a flag that is no flag",
      "purge-url",
      { own: { urlEncode: "yes" } },
      ["tencent-cdn", "urlEncode"],
      "true or false",
    ],
    ["another layer", "prefetch-url", { own: { layer: "edge" } }, ["tencent-cdn", "layer"], "middle"],
    [
      "an empty user agent",
      "prefetch-url",
      { own: { userAgent: "" } },
      ["tencent-cdn", "userAgent"],
      "1 to 1,024",
    ],
    ["headers as a list", "prefetch-url", { own: { headers: [] } }, ["tencent-cdn", "headers"], "an object"],
    [
      "a header with a line break",
      "prefetch-url",
      { own: { headers: { a: "1\r\nb: 2" } } },
      ["tencent-cdn", "headers"],
      "20",
    ],
    [
      "a header name with a space",
      "prefetch-url",
      { own: { headers: { "a b": "1" } } },
      ["tencent-cdn", "headers"],
      "names",
    ],
    [
      "21 headers",
      "prefetch-url",
      { own: { headers: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`x-${at}`, "1"])) } },
      ["tencent-cdn", "headers"],
      "at most 20",
    ],
  ])("%s", (_name, lane, options, path, detail) => {
    expect(given(lane, options)).toEqual({
      ok: false,
      problems: [expect.objectContaining({ path, detail: expect.stringContaining(detail) })],
    });
  });

  it("names every fault at once", () => {
    const checked = given("purge-url", { strength: "soft", area: "mars", own: { nope: 1, urlEncode: 2 } });
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path.join("."))).toEqual([
      "area",
      "strength",
      "tencent-cdn.nope",
      "tencent-cdn.urlEncode",
    ]);
  });

  it("has neither areas nor options of its own in v2", () => {
    const checked = given("purge-url", { area: "overseas", own: { urlEncode: true } }, "v2-sha256");
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path.join("."))).toEqual([
      "area",
      "tencent-cdn.urlEncode",
    ]);
  });
});
