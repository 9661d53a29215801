import { describe, expect, it } from "vitest";
import type { Failure, Outcome } from "../src/provider.ts";
import { type AttemptFacts, backoffMs, decide, PROBE_EVERY_MS } from "../src/verdict.ts";

const DAY_MS = 86_400_000;
const FIRST: AttemptFacts = {
  items: ["a", "b"],
  attempt: 1,
  ageMs: 0,
  giveUpAfterMs: DAY_MS,
  resendAfterMs: 0,
  pollInMs: 1000,
  quotas: ["url"],
  units: 2,
  told: null,
  jitter: 0.5,
};
const WORDS = { code: "Some.Code", message: "words", requestId: null };
const ALONE = { items: ["a"] } as const;
const OLD = { ageMs: DAY_MS } as const;

type Facts = Partial<AttemptFacts>;
const NO_FACTS: Facts = {};

describe("a verdict", () => {
  it.each<[Outcome, Facts, object]>([
    [{ kind: "done", rejected: [], requestId: null }, NO_FACTS, { do: "finish", rejected: [] }],
    [
      { kind: "accepted", tasks: [{ call: "Ask", id: "t" }], rejected: [], requestId: null },
      OLD,
      { do: "accept", tasks: [{ call: "Ask", id: "t" }], pollInMs: 1000, rejected: [] },
    ],
    [
      { kind: "throttled", scope: "call", retryAfterMs: 7000, ...WORDS },
      NO_FACTS,
      { do: "retry", inMs: 7000, resend: null, hold: { scope: "call", why: "throttled", ms: 7000 } },
    ],
    [
      { kind: "throttled", scope: "call", retryAfterMs: null, ...WORDS },
      OLD,
      { do: "retry", inMs: 1000, resend: null, hold: { scope: "call", why: "throttled", ms: 1000 } },
    ],
    // Only some of the call's domains: a minute, where the provider does not say for how long.
    [
      { kind: "throttled", scope: "domains", retryAfterMs: null, ...WORDS },
      NO_FACTS,
      { do: "retry", inMs: 60_000, resend: null, hold: { scope: "domains", ms: 60_000 } },
    ],
    [
      { kind: "throttled", scope: "domains", retryAfterMs: 5000, ...WORDS },
      NO_FACTS,
      { do: "retry", inMs: 5000, resend: null, hold: { scope: "domains", ms: 5000 } },
    ],
    [
      { kind: "quota", class: "url@overseas", doubtful: false, ...WORDS },
      OLD,
      {
        do: "retry",
        inMs: 0,
        resend: null,
        hold: { scope: "quota", spent: [{ class: "url@overseas", remaining: null }] },
      },
    ],
    [
      { kind: "quota", class: null, doubtful: false, ...WORDS },
      NO_FACTS,
      {
        do: "retry",
        inMs: 0,
        resend: null,
        hold: { scope: "quota", spent: [{ class: "url", remaining: null }] },
      },
    ],
    // Nobody knows which class: the call waits instead, as in an outage.
    [
      { kind: "quota", class: null, doubtful: false, ...WORDS },
      { quotas: [] },
      { do: "retry", inMs: 60_000, resend: null, hold: { scope: "call", why: "provider", ms: 1000 } },
    ],
    [
      { kind: "transient", ...WORDS },
      { attempt: 3 },
      { do: "retry", inMs: 2000, resend: null, hold: { scope: "call", why: "provider", ms: 1000 } },
    ],
    [
      { kind: "ambiguous", ...WORDS },
      { attempt: 5 },
      { do: "retry", inMs: 8000, resend: "ambiguous", hold: { scope: "call", why: "provider", ms: 1000 } },
    ],
    [
      { kind: "auth", resign: false, ...WORDS },
      OLD,
      {
        do: "retry",
        inMs: 0,
        resend: null,
        hold: { scope: "account", reason: "Some.Code", probeInMs: PROBE_EVERY_MS },
      },
    ],
    [{ kind: "poisoned", ...WORDS }, NO_FACTS, { do: "split", code: "Some.Code", message: "words" }],
    [
      { kind: "poisoned", ...WORDS },
      ALONE,
      { do: "end", end: "failed", code: "Some.Code", message: "words", refund: true },
    ],
    [
      { kind: "refused", ...WORDS },
      NO_FACTS,
      { do: "end", end: "failed", code: "Some.Code", message: "words", refund: true },
    ],
  ])("on %j with %j is %j", (outcome, facts, verdict) => {
    expect(decide(outcome, { ...FIRST, ...facts })).toEqual(verdict);
  });

  it.each<[Failure["kind"] & ("transient" | "ambiguous"), string, boolean]>([
    ["transient", "failed", true],
    // Whether it was applied will never be known, and its units may be spent.
    ["ambiguous", "unconfirmed", false],
  ])("on %s after giveUpAfter is the end %s, with the quota given back: %s", (kind, end, refund) => {
    const failure = { kind, ...WORDS };
    expect(decide(failure, { ...FIRST, ageMs: DAY_MS - 1 })).toMatchObject({ do: "retry" });
    expect(decide(failure, { ...FIRST, ageMs: DAY_MS })).toEqual({
      do: "end",
      end,
      code: "Some.Code",
      message: "words",
      refund,
    });
  });

  it.each([
    [2000, 3000],
    [7000, 7000],
  ])(
    "on what may have been applied never sends it again within three seconds, nor sooner than the lane wants: %i ms, in %i ms",
    (resendAfterMs, inMs) => {
      const at = { ...FIRST, resendAfterMs, jitter: 0 };
      expect(decide({ kind: "ambiguous", ...WORDS }, at)).toMatchObject({ inMs });
    },
  );

  it("names rejected items by their place, and leaves out what was never sent", () => {
    const rejection = (item: string) => ({ item, code: "NoSuch", message: "m" });
    const outcome: Outcome = { kind: "done", rejected: [rejection("b"), rejection("x")], requestId: null };
    expect(decide(outcome, FIRST)).toEqual({
      do: "finish",
      rejected: [{ index: 1, end: "failed", code: "NoSuch", message: "m" }],
    });
  });
});

describe("the backoff", () => {
  it("doubles from a second to a minute at most, and is any part of that by chance", () => {
    const longest = [1, 2, 3, 6, 7, 8, 1000].map((attempt) => backoffMs(attempt, 1));
    expect(longest).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000]);
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(3, 0.25)).toBe(1000);
  });
});
