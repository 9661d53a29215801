import { describe, expect, it } from "vitest";
import { exhaustedAtMs } from "../src/quota-forecast.ts";

describe("the forecast of a quota", () => {
  const HOUR = 3_600_000;
  // A day from 0 to 24 h.
  const quota = { class: "url", limit: 1_000, reserved: 0, usedElsewhere: 0, resetsAtMs: 24 * HOUR };
  it.each([
    ["nothing spent", 0, 12, null],
    ["a pace that lasts the day", 400, 12, null],
    ["a pace that does not", 800, 12, 15],
    ["all spent", 1_000, 12, 12],
    ["more than all spent", 1_200, 12, 12],
    ["a burst at midnight counts as an hour's use", 500, 0, 1],
  ])("%s", (_name, used, nowHour, expectedHour) => {
    const at = exhaustedAtMs({ ...quota, used }, null, nowHour * HOUR, 0);
    expect(at).toBe(expectedHour === null ? null : expectedHour * HOUR);
  });

  it("what is reserved counts as spent", () => {
    expect(exhaustedAtMs({ ...quota, used: 400, reserved: 400 }, null, 12 * HOUR, 0)).toBe(15 * HOUR);
  });

  it("of a spent one is when that was seen first, and stays", () => {
    expect(exhaustedAtMs({ ...quota, used: 1_000 }, 9 * HOUR, 12 * HOUR, 0)).toBe(9 * HOUR);
  });

  // Ahead of ours by 3 h: its day from 0 to 24 h is ours from -3 h to 21 h.
  it.each([
    ["a pace that lasts the provider's day", 600, 12, null],
    ["a pace that does not", 800, 12, 15.75],
    ["a pace that would not have lasted until midnight by our clock", 740, 15, null],
  ])(
    "where the provider's clock is far off, its day counts by ours: %s",
    (_name, used, nowHour, expected) => {
      const at = exhaustedAtMs({ ...quota, used }, null, nowHour * HOUR, 3 * HOUR);
      expect(at).toBe(expected === null ? null : expected * HOUR);
    },
  );
});
