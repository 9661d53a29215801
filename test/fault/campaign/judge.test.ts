import { describe, expect, it } from "vitest";
import { breachesOf, type Evidence, judge } from "./judge.ts";
import type { ProducerEntry, ProviderCall } from "./producer-ledger.ts";

const URL = "https://a.example.com/1";

function call(atMs: number, change: Partial<ProviderCall> = {}): ProviderCall {
  return {
    receivedAt: new Date(atMs).toISOString(),
    receivedMonotonicMs: atMs,
    waitedMs: 0,
    account: "ali",
    call: "RefreshObjectCaches",
    status: 200,
    accepted: [URL],
    ...change,
  };
}

/** One intent that began at 1,000, was accepted at 1,010 and confirmed at 3,000. */
const STORY: readonly ProducerEntry[] = [
  { entry: "began", ask: 1, urls: [URL], atMs: 1000 },
  { entry: "accepted", ask: 1, id: "int_1", atMs: 1010 },
  { entry: "ended", id: "int_1", state: "confirmed", atMs: 3000 },
];

function breaches(change: Partial<Evidence>): readonly string[] {
  return breachesOf(judge({ ...GOOD, ...change }));
}

const GOOD: Evidence = {
  producers: STORY,
  provider: [call(2000)],
  strikes: [],
  limits: [{ account: "ali", call: "RefreshObjectCaches", perSecond: 2 }],
  accountsOf: () => ["ali"],
  completeMs: 300,
};

/** The same, followed by a prefetch. */
const FOLLOWED: readonly ProducerEntry[] = [
  { entry: "began", ask: 1, urls: [URL], atMs: 1000 },
  { entry: "accepted", ask: 1, id: "int_1", followerId: "int_2", atMs: 1010 },
  { entry: "ended", id: "int_1", state: "confirmed", atMs: 3000 },
  { entry: "ended", id: "int_2", state: "confirmed", atMs: 4000 },
];
const push = (atMs: number): ProviderCall => call(atMs, { call: "PushObjectCache" });

describe("the judge of a campaign", () => {
  it("finds nothing where every accepted URL was sent after its producer began, and confirmed", () => {
    expect(breaches({})).toEqual([]);
  });

  it.each<readonly [string, Partial<Evidence>, string]>([
    ["a purge that no call covers", { provider: [] }, "stale 1, e.g. int_1 https://a.example.com/1 ali"],
    ["a purge whose only call came before it", { provider: [call(999)] }, "stale 1"],
    ["a call that came only after the confirmation", { provider: [call(3001)] }, "stale 1"],
    ["a purge that reached one of two accounts", { accountsOf: () => ["ali", "tc"] }, "stale 1"],
    ["an accepted intent without an end", { producers: STORY.slice(0, 2) }, "hung 1, e.g. int_1"],
    [
      "an accepted intent that the service forgot",
      { producers: [...STORY.slice(0, 2), { entry: "unknown", id: "int_1", atMs: 2000 }] },
      "lost 1, e.g. int_1",
    ],
    [
      "an accepted intent that failed",
      { producers: [...STORY.slice(0, 2), { entry: "ended", id: "int_1", state: "failed", atMs: 2000 }] },
      "failed 1, e.g. int_1",
    ],
    [
      "a prefetch that was sent before its purge had come through",
      { producers: FOLLOWED, provider: [push(1500), call(2000), push(2299)] },
      "unordered 1, e.g. int_2 https://a.example.com/1 ali",
    ],
    ["a prefetch that was never sent", { producers: FOLLOWED }, "unordered 1"],
    ["a prefetch without an end", { producers: FOLLOWED.slice(0, 3) }, "hung 1, e.g. int_2"],
    [
      "a prefetch that failed",
      { producers: [...FOLLOWED.slice(0, 3), { entry: "ended", id: "int_2", state: "failed", atMs: 4000 }] },
      "failed 1, e.g. int_2",
    ],
    [
      "a third call within a second where two are allowed",
      { provider: [call(2000), call(2500, { accepted: [] }), call(2999, { accepted: [] })] },
      "overLimit 1, e.g. ali RefreshObjectCaches",
    ],
    ["a URL that was sent twice for no cause", { provider: [call(2000), call(2500)] }, "for no cause 1"],
    ["a campaign in which nothing was accepted", { producers: [], provider: [] }, "nothing was accepted"],
  ])("finds %s", (_what, change, breach) => {
    expect(breaches(change)).toEqual([expect.stringContaining(breach)]);
  });

  it("finds nothing where the prefetch came after the purge", () => {
    expect(breaches({ producers: FOLLOWED, provider: [call(2000), push(2300)] })).toEqual([]);
  });

  it("allows as many calls as the limit in every second", () => {
    const others = { accepted: [] };
    expect(breaches({ provider: [call(2000), call(2500, others), call(3000, others)] })).toEqual([]);
  });

  it("takes what the provider was late to read for as early as it may have come", () => {
    const others = { accepted: [] };
    const provider = [call(2000, { waitedMs: 1 }), call(2500, others), call(2999, others)];
    expect(breaches({ provider })).toEqual([]);
  });

  it("counts what may exist apart from what was accepted, and asks nothing of it", () => {
    const producers: readonly ProducerEntry[] = [
      ...STORY,
      { entry: "began", ask: 2, urls: ["https://a.example.com/2"], atMs: 1000 },
      { entry: "maybe", ask: 2, atMs: 1500 },
    ];
    expect(judge({ ...GOOD, producers })).toMatchObject({ intents: 1, maybe: 1, stale: [] });
  });

  it.each<readonly [string, Partial<Evidence>, object]>([
    ["an answer lost", { provider: [call(2000, { status: null }), call(2500)] }, { answerLost: 1 }],
    [
      "a process that died",
      { strikes: [{ fault: "worker killed", side: "service", atMs: 2100 }] },
      { crash: 1 },
    ],
    [
      "nothing but a provider's fault that lost no answer",
      { strikes: [{ fault: "provider slow", side: "provider", atMs: 2100 }] },
      { unexplained: [`ali ${URL}`] },
    ],
  ])(
    "counts what was sent more often than it was asked for as the price of %s",
    (_cause, change, surplus) => {
      const evidence = { ...GOOD, provider: [call(2000), call(2500)], ...change };
      const none = { answerLost: 0, crash: 0, unexplained: [] };
      expect(judge(evidence).surplus).toEqual({ ...none, ...surplus });
    },
  );

  it("measures recovery until a purge that was asked for after the fault was confirmed", () => {
    const strikes = [
      { fault: "worker killed", side: "service", atMs: 900 } as const,
      { fault: "worker killed", side: "service", atMs: 1500 } as const,
    ];
    expect(judge({ ...GOOD, strikes })).toMatchObject({
      recoveryMs: { "worker killed": [2100] },
      throughMs: [2000],
    });
  });
});
