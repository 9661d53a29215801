import { describe, expect, it } from "vitest";
import { createDailyQuota } from "./daily-quota.ts";

const HOUR_MS = 3_600_000;

function setup(startMs: number) {
  const clock = { nowMs: startMs, limits: { url: 10 } };
  const quota = createDailyQuota(
    () => clock.limits,
    "Asia/Shanghai",
    () => clock.nowMs,
  );
  return { clock, quota };
}

describe("a daily quota", () => {
  it("gives all the units that are asked for or none", () => {
    const { quota } = setup(0);
    expect(quota.take("url", 8)).toBe(true);
    expect(quota.take("url", 3)).toBe(false);
    expect(quota.take("url", 2)).toBe(true);
    expect(quota.remaining("url")).toBe(0);
  });

  it("starts again at midnight of the provider's zone, not of UTC", () => {
    // 23:00 in Shanghai is 15:00 UTC.
    const { clock, quota } = setup(Date.UTC(2026, 10, 21, 15));
    quota.take("url", 10);
    clock.nowMs += HOUR_MS - 1;
    expect(quota.remaining("url")).toBe(0);
    clock.nowMs += 1;
    expect(quota.remaining("url")).toBe(10);
    expect(quota.report()).toEqual([{ class: "url", limit: 10, used: 0, remaining: 10, day: "2026-11-22" }]);
  });

  it("has nothing left, and no less, when its limit is lowered below what is used", () => {
    const { clock, quota } = setup(0);
    quota.take("url", 8);
    clock.limits = { url: 5 };
    expect(quota.remaining("url")).toBe(0);
    expect(quota.report()).toMatchObject([{ limit: 5, used: 8, remaining: 0 }]);
    clock.limits = { url: 9 };
    expect(quota.take("url", 1)).toBe(true);
  });

  it("lets others spend what is left, and no more", () => {
    const { quota } = setup(0);
    quota.spend("url", 4);
    expect(quota.remaining("url")).toBe(6);
    quota.spend("url", 7);
    expect(quota.report()).toMatchObject([{ used: 10, remaining: 0 }]);
  });

  it("does not count a class that the account has no quota for", () => {
    const { quota } = setup(0);
    expect(quota.take("pattern", 1_000_000)).toBe(true);
    expect(quota.remaining("pattern")).toBeNull();
  });
});
