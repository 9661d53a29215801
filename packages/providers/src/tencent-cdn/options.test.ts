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

describe("an area in v2", () => {
  const given = (lane: Lane, options: Partial<IntentOptions>) =>
    tencentCdn.options(lane, { ...NONE, ...options }, sampleAccount({ signature: "v2-sha256" }));

  it("is the mainland where none is said, or overseas", () => {
    expect(given("purge-url", { area: "mainland" })).toEqual({ ok: true, value: {} });
    expect(given("purge-url", { area: "overseas" })).toEqual({ ok: true, value: { Area: "overseas" } });
    expect(given("purge-directory", { area: "overseas", strength: "hard" })).toEqual({
      ok: true,
      value: { Area: "overseas" },
    });
  });

  it("overseas has no soft purges", () => {
    expect(given("purge-directory", { area: "overseas", strength: "soft" })).toMatchObject({
      problems: [{ path: ["strength"], detail: expect.stringContaining("expected hard") }],
    });
  });

  it("is refused where there is none such", () => {
    expect(given("purge-url", { area: "global" })).toMatchObject({
      problems: [{ path: ["area"], detail: expect.stringContaining("mainland, overseas") }],
    });
  });
});

describe("limits of a push's headers", () => {
  const check = (headers: JsonObject) => given("prefetch-url", { own: { headers } }).ok;
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, "1"]));

  it.each<[string, JsonObject, boolean]>([
    ["20 headers", many(20), true],
    ["21 headers", many(21), false],
    ["a name of 128 bytes", { ["n".repeat(128)]: "1" }, true],
    ["a name of 129 bytes", { ["n".repeat(129)]: "1" }, false],
    ["a value of 1,024 bytes", { a: `${"值".repeat(341)}v` }, true],
    ["a value of 1,025 bytes in 343 characters", { a: `${"值".repeat(341)}vv` }, false],
    ["an empty value", { a: "" }, false],
    ["a value that is no text", { a: 1 }, false],
  ])("%s", (_name, headers, isFine) => {
    expect(check(headers)).toBe(isFine);
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

  it("shows the value of an option that does not exist", () => {
    expect(given("purge-url", { own: { nope: "mars" } })).toMatchObject({
      problems: [{ path: ["tencent-cdn", "nope"], value: "mars" }],
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

  it("has no options of its own in v2", () => {
    const checked = given("purge-url", { own: { urlEncode: true } }, "v2-sha256");
    expect(checked.ok ? [] : checked.problems.map(({ path }) => path.join("."))).toEqual([
      "tencent-cdn.urlEncode",
    ]);
  });
});
