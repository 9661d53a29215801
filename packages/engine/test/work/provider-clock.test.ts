import { describe, expect, it } from "vitest";
import { beganAtMs } from "../../src/work/provider-clock.ts";
import { toy } from "./work-ports.ts";

/** The provider's clock at our monotonic 0. */
const AHEAD_MS = 1_790_000_000_123;
const dateAt = (monotonicMs: number): number => Math.floor((AHEAD_MS + monotonicMs) / 1000) * 1000;

describe("when a call began, by the provider's clock", () => {
  it("is not known before a reply has told the time, and from then on without one", () => {
    const { account } = toy();
    expect(beganAtMs(account, 0, 50, null)).toBeNull();
    const began = beganAtMs(account, 100, 150, dateAt(150));
    expect(began).toBe(dateAt(150) - 50);
    expect(beganAtMs(account, 1100, 1150, null)).toBe(Number(began) + 1000);
  });

  it.each([
    ["was long in coming, and was written at its end", 9000, 9000],
    ["was long on its way back", 9000, 10],
    ["was written in the middle", 9000, 4000],
    ["was quick", 20, 10],
  ])("is never later than it was, and at most a second earlier: a reply that %s", (_, tookMs, writtenMs) => {
    for (let startedAt = 1000; startedAt < 2000; startedAt += 37) {
      const { account } = toy();
      for (const quickAt of [0, 200, 500]) beganAtMs(account, quickAt, quickAt + 5, dateAt(quickAt));
      const began = beganAtMs(account, startedAt, startedAt + tookMs, dateAt(startedAt + writtenMs));
      expect(began).toBeLessThanOrEqual(AHEAD_MS + startedAt);
      expect(began).toBeGreaterThan(AHEAD_MS + startedAt - 1005);
    }
  });

  it("is told anew by a provider whose clock was set back", () => {
    const { account } = toy();
    beganAtMs(account, 0, 10, dateAt(10));
    const back = 30_000;
    expect(beganAtMs(account, 1000, 1010, dateAt(1010) - back)).toBe(dateAt(1010) - back - 10);
    expect(beganAtMs(account, 2000, 12_000, dateAt(12_000) - back)).toBeLessThanOrEqual(
      AHEAD_MS + 2000 - back,
    );
  });

  it("is told anew after minutes without a reply: clocks drift", () => {
    const { account } = toy();
    beganAtMs(account, 0, 10, dateAt(10) + 900);
    expect(beganAtMs(account, 200_000, 200_100, dateAt(200_100))).toBe(dateAt(200_100) - 100);
  });
});
