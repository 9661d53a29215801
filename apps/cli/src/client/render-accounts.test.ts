import { expect, it } from "vitest";
import { accountsText, ageText } from "./render-accounts.ts";

it("an account shows its lanes, what they wait for, its limits, its quotas and its last error", () => {
  const body = {
    items: [
      {
        account: "ali",
        provider: "alibaba-cdn",
        paused: true,
        stopped: { reason: "SignatureDoesNotMatch", since: "2026-11-21T09:00:00.000Z" },
        lanes: [
          {
            lane: "purge-url",
            pending: 7,
            oldestUnconfirmedAgeMs: { normal: 192_000, urgent: null },
            inFlight: 1,
            running: 2,
            waiting: { reason: "quota", until: "2026-11-22T00:00:00.000Z" },
            batch: 39,
            toldBatch: 39,
          },
        ],
        calls: [
          {
            call: "RefreshObjectCaches",
            perSecond: 50,
            perMinute: null,
            perSecondInForce: 25,
            perMinuteInForce: null,
            usedLastSecond: 3,
            usedLastMinute: 9,
          },
        ],
        quotas: [
          {
            quota: "url",
            limit: 10,
            used: 4,
            reserved: 1,
            usedElsewhere: 2,
            shares: [
              { token: "shop", limit: 20, used: 5 },
              { token: "feed", limit: 9, used: 0 },
            ],
            remaining: 3,
            told: { limit: 10, remaining: 4, at: "2026-11-21T09:00:00.000Z" },
            resetsAt: "2026-11-22T00:00:00.000Z",
          },
          {
            quota: "directory",
            limit: 100,
            used: 0,
            reserved: 0,
            usedElsewhere: 0,
            remaining: 100,
            told: null,
            resetsAt: "2026-11-22T00:00:00.000Z",
          },
        ],
        lastError: {
          at: "2026-11-21T09:00:00.000Z",
          call: "RefreshObjectCaches",
          code: "Throttling",
          message: "slow",
        },
      },
    ],
  };
  expect(accountsText(body)).toBe(
    [
      "ali (alibaba-cdn) · paused · stopped: SignatureDoesNotMatch",
      "  purge-url  7 pending  1 in flight  2 running  oldest 3 min 12 s  waiting: quota until 2026-11-22T00:00:00.000Z  39 a call (told 39)",
      "  RefreshObjectCaches  3/50 a second (slowed to 25)",
      "  quota url        4/10 used, 2 by others  1 reserved  3 left    resets 2026-11-22T00:00:00.000Z  shop 5/20, feed 0/9  told 4 left of 10 at 2026-11-21T09:00:00.000Z",
      "  quota directory  0/100 used              0 reserved  100 left  resets 2026-11-22T00:00:00.000Z",
      "  last error  2026-11-21T09:00:00.000Z RefreshObjectCaches Throttling slow",
      "",
    ].join("\n"),
  );
});

it.each([
  [400, "0 s"],
  [59_000, "59 s"],
  [61_000, "1 min 1 s"],
  [3_720_000, "1 h 2 min"],
  [90_000_000, "1 d 1 h"],
])("%i ms are %s", (ms, text) => {
  expect(ageText(ms)).toBe(text);
});
