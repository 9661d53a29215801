import type { AccountState, Lane, LaneLimits, Limits } from "@purgeline/core";
import { expect, it } from "vitest";
import { costIntent } from "../src/read/cost-intent.ts";
import { intake } from "./two-providers.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RESET_MS = Date.parse("2026-11-21T16:00:00Z");
/** The call's time-out and a second. */
const GUARD_MS = 2000;

/** Ten units a day for whatever the account sends. */
function limited(limits: Limits): Limits {
  const lanes: Partial<Record<Lane, LaneLimits>> = {};
  for (const lane of ["purge-url", "prefetch-url"] as const) {
    const own = limits.lanes[lane];
    if (own !== undefined) lanes[lane] = { ...own, quota: "day" };
  }
  return { ...limits, lanes, quotas: { day: 10 } };
}

const quota = {
  class: "day",
  limit: 10,
  used: 0,
  reserved: 0,
  usedElsewhere: 0,
  told: null,
  resetsAtMs: RESET_MS,
  exhaustedAtMs: null,
};

const state: AccountState = {
  account: "shop",
  orphan: null,
  paused: false,
  stopped: null,
  lanes: [],
  calls: [],
  quotas: [quota],
  pollLagMs: 0,
  lastError: null,
};

const ports = {
  store: { accounts: async () => [state] },
  intake: { ...intake, accounts: intake.accounts.map((one) => ({ ...one, limits: limited(one.limits) })) },
  now: () => RESET_MS - HOUR_MS,
};

it.each([
  // Purged today with 4; the prefetch has 6 left, of which it takes 4.
  [4, { after: 2, later: 0 }, RESET_MS - HOUR_MS + 400],
  // Purged today with 8; of the prefetch 2 are today's.
  [8, { after: 0, later: 6 }, RESET_MS + GUARD_MS],
  // Purged today with 10 and tomorrow with 6: of the prefetch 4 are tomorrow's, 10 of the day after, 2 of the third.
  [16, { after: 0, later: 16 }, RESET_MS + 2 * DAY_MS + GUARD_MS],
])(
  "a prefetch after a purge of %i spends what the purge leaves of its last day, and then the next",
  async (count, told, lastCallAtMs) => {
    const urls = Array.from({ length: count }, (_, n) => `http://www.example.com/${n}`);
    // biome-ignore lint/suspicious/noThenProperty: the contract's name
    const body = { op: "purge", then: "prefetch", urls };
    const costed = await costIntent(body, { name: "ops", rights: null }, ports);
    if (costed.kind !== "costed") throw new Error(JSON.stringify(costed.problems));
    const [leg] = costed.follower ?? [];
    expect(leg?.cost.quotas).toMatchObject([told]);
    expect(leg?.cost.lastCallAtMs).toBe(lastCallAtMs);
  },
);

/** When the last call for so many URLs goes out, by the account as it stands. */
async function etaOf(count: number, account: Partial<AccountState>): Promise<number | null | undefined> {
  const urls = Array.from({ length: count }, (_, n) => `http://www.example.com/${n}`);
  const store = { accounts: async () => [{ ...state, ...account }] };
  const costed = await costIntent({ op: "purge", urls }, { name: "ops", rights: null }, { ...ports, store });
  if (costed.kind !== "costed") throw new Error(JSON.stringify(costed.problems));
  return costed.legs[0]?.cost.lastCallAtMs;
}

const waiting = {
  lane: "purge-url",
  oldestUnconfirmedAgeMs: { urgent: null, normal: HOUR_MS },
  inFlightBatches: 0,
  runningBatches: 0,
  waiting: null,
  batch: 10,
  toldBatch: null,
} as const;
const spentShare = { ...quota, used: 4, shares: [{ producer: "shop", limit: 4, used: 4 }] };

it.each([
  // 6 of today are left, and of tomorrow what the shop's share leaves: 6 of 10.
  ["today", 6, { shop: 20 }, RESET_MS - HOUR_MS + 200],
  ["tomorrow", 12, { shop: 20 }, RESET_MS + GUARD_MS],
  ["the day after", 13, { shop: 20 }, RESET_MS + DAY_MS + GUARD_MS],
  // It is through with its own 3 tomorrow.
  ["tomorrow, with more room", 13, { shop: 3 }, RESET_MS + GUARD_MS],
  // Nobody's share holds it back: all of it goes first tomorrow.
  ["the day after, behind all that waits", 7, { feed: 10 }, RESET_MS + DAY_MS + GUARD_MS],
])(
  "what waits for another day goes first on that day alone: the last goes %s",
  async (_day, count, parked, at) => {
    const pending = Object.values(parked).reduce((sum, targets) => sum + targets, 0);
    const account = { quotas: [spentShare], lanes: [{ ...waiting, pending, parked }] };
    expect(await etaOf(count, account)).toBe(at);
  },
);

it("its own work that waits for its share goes first, and takes of that share", async () => {
  const shares = [{ producer: "ops", limit: 4, used: 4 }];
  const lanes = [{ ...waiting, pending: 4, parked: { ops: 4 } }];
  expect(await etaOf(4, { quotas: [{ ...quota, used: 4, shares }], lanes })).toBe(
    RESET_MS + DAY_MS + GUARD_MS,
  );
});

it.each([
  [-3, RESET_MS],
  // Its day has turned already.
  [3, RESET_MS + DAY_MS],
])("a provider's day turns by its own clock, which is %i h ahead", async (hours, resetsAtMs) => {
  const account = { quotas: [{ ...quota, used: 10, resetsAtMs }], providerAheadMs: hours * HOUR_MS };
  expect(await etaOf(1, account)).toBe(resetsAtMs - hours * HOUR_MS + GUARD_MS);
});
