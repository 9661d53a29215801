import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import { HOUR, nextDayMs, nowMs, sendAll, urlShares } from "./share-steps.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { seen, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

/** A reply whose `Date` was read by a clock that is ahead of ours by so much, and tells whole seconds. */
async function hear(view: View, atMs: number, aheadMs: number): Promise<void> {
  const providerDateMs = Math.floor((atMs + aheadMs) / 1000) * 1000;
  await view.work.putOff("ali", [], 0, null, { ...seen, providerDateMs });
}

const untilOf = async (view: View, id: string) => (await view.intake.legs(id))[0]?.waiting[0]?.why.untilMs;

async function spentBox(box: SlotBox, createdBy: string): Promise<void> {
  await box.stage("int_1", urls(40), { createdBy });
  await sendAll(box, store);
}

it.each([
  ["the day's quota", "feed", 0],
  ["a share of it", "shop", 0],
  ["the quota of a provider whose clock is ahead", "feed", 3 * HOUR + 400],
  ["a share at a provider whose clock is behind", "shop", -400],
])(
  "until when %s is waited for does not move with the fractions that a Date hides",
  async (_what, by, aheadMs) => {
    const limits = { ...limitsWith({ batch: 10 }, 20), ...(by === "shop" ? urlShares({ shop: 15 }) : {}) };
    store = await bundle({ limits, nowMs });
    const box = slotBox(store);
    await hear(store, nowMs, aheadMs);
    await spentBox(box, by);
    const told = new Set<number | null | undefined>();
    for (const laterMs of [0, 999, 1300, 1700, 2001, 30_499]) {
      const view = store.later(laterMs);
      await hear(view, nowMs + laterMs, aheadMs);
      // Whoever waits looks again.
      await box.take(view);
      told.add(await untilOf(view, "int_1"));
    }
    expect(told.size).toBe(1);
    const [untilMs] = told;
    // Never before the day is over, and three seconds later at most.
    expect(untilMs).toBeGreaterThanOrEqual(nextDayMs - aheadMs);
    expect(untilMs).toBeLessThanOrEqual(nextDayMs - aheadMs + 3000);
    expect(Number(untilMs) % 1000).toBe(nextDayMs % 1000);
  },
);

it("a forecast is by our clock, whatever the provider's says", async () => {
  store = await bundle({ limits: limitsWith({ batch: 10 }, 20), nowMs });
  await hear(store, nowMs, 3 * HOUR);
  const [account] = await store.intake.accounts();
  expect(account?.providerAheadMs).toBe(3 * HOUR - 1000);
  await spentBox(slotBox(store), "feed");
  await hear(store, nowMs, -3 * HOUR);
  expect((await store.intake.accounts())[0]).toMatchObject({ providerAheadMs: -3 * HOUR - 1000 });
});
