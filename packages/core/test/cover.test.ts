import { describe, expect, it } from "vitest";
import { coveredTargets } from "../src/cost/cover.ts";
import type { CallOptions, CoverRule, Lane, LaneLimits, PlannedLane } from "../src/index.ts";

const A = "https://h.example.com/a/";
const DEEPEST = `https://h.example.com/${"a/".repeat(31)}`;
const LONG = `${A}${"a".repeat(1_000)}/`;

function laneOf(lane: Lane, texts: readonly string[], options: CallOptions = {}): PlannedLane {
  return { lane, options, targets: texts.map((text) => ({ text, key: text, domain: "h.example.com" })) };
}

function limitsWith(options: Readonly<Record<string, CoverRule>>): LaneLimits {
  const number = {
    batch: 10,
    bodyBytes: 10_000,
    urlChars: 1_000,
    inFlight: 1,
    resendAfterMs: 0,
    unitsPerTarget: 1,
  };
  const none = { quota: null, quotaByOption: null, domains: null, perDomainPerMinute: null };
  const weight = { encoding: "raw", fixed: 0, perItem: 0 } as const;
  return {
    call: "C",
    weight,
    ...number,
    ...none,
    coveredBy: [{ lane: "purge-directory", reach: "directory", options }],
  };
}

function coveredBy(
  directory: string,
  url: string,
  options: {
    readonly wide?: CallOptions;
    readonly narrow?: CallOptions;
    readonly rules?: Readonly<Record<string, CoverRule>>;
  } = {},
): boolean {
  const planned = laneOf("purge-url", [url], options.narrow);
  const wider = { options: options.wide ?? {}, texts: new Set([directory]) };
  return coveredTargets(planned, limitsWith(options.rules ?? {}), () => wider).size === 1;
}

describe("what a directory of the same intent covers", () => {
  it.each<[string, string, string, boolean]>([
    ["a URL in it", A, `${A}x`, true],
    ["itself as a URL", A, A, true],
    ["a URL far below, with a query", A, `${A}b/c/x?q=/d/`, true],
    ["no URL beside it", A, "https://h.example.com/ab", false],
    ["no URL of another scheme", A, "http://h.example.com/a/x", false],
    ["no URL that leads elsewhere", A, `${A}../x`, false],
    ["nor by an escape", A, `${A}%2e%2E/x`, false],
    ["a name that only looks like that", A, `${A}..x`, true],
    ["no host that is not canonical", "https://H.example.com/a/", "https://H.example.com/a/x", false],
    ["the whole host", "https://h.example.com/", `${A}x`, true],
    ["a URL 32 directories deep", DEEPEST, `${DEEPEST}x`, true],
    ["nothing by a deeper one", `${DEEPEST}a/`, `${DEEPEST}a/x`, false],
    ["nothing by one that is too long", LONG, `${LONG}x`, false],
  ])("%s", (_name, directory, url, expected) => {
    expect(coveredBy(directory, url)).toBe(expected);
  });

  const soft: CoverRule = { kind: "rank", absent: 1, words: { flush: 0 } };
  it.each<[string, CallOptions, CallOptions, boolean]>([
    ["equal options", { O: "1" }, { O: "1" }, true],
    ["other ones without a rule", { O: "1" }, {}, false],
    ["hard over soft", {}, { FlushType: "flush" }, true],
    ["not soft over hard", { FlushType: "flush" }, {}, false],
    ["everything over a part", {}, { Area: "mainland" }, true],
    ["not a part over everything", { Area: "mainland" }, {}, false],
    ["a list over a part of it", { Area: "a,b" }, { Area: "b" }, true],
    ["not over more than it", { Area: "a" }, { Area: "a,b" }, false],
  ])("%s", (_name, wide, narrow, expected) => {
    const rules = { FlushType: soft, Area: { kind: "list" } as const };
    expect(coveredBy(A, `${A}x`, { wide, narrow, rules })).toBe(expected);
  });
});
