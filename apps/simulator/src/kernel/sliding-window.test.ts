import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyedWindows, createSlidingWindow } from "./sliding-window.ts";

describe("a sliding window", () => {
  it("counts exactly what lies in any window that is not older than it keeps", () => {
    const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 3_000,
    });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 1_000 }), (given, lengthMs) => {
        const window = createSlidingWindow(5_000);
        for (const [atMs, weight] of given) window.add(atMs, weight);
        const inside = given.filter(([atMs]) => atMs > 5_000 - lengthMs);
        expect(window.count(5_000, lengthMs)).toBe(inside.reduce((sum, [, weight]) => sum + weight, 0));
      }),
      { numRuns: 50 },
    );
  });

  it("begins just after its length and ends with its last moment", () => {
    const window = createSlidingWindow(60_000);
    for (const atMs of [0, 1_000, 2_000]) window.add(atMs);
    expect(window.count(1_000, 1_000)).toBe(1);
    expect(window.count(2_000, 2_000)).toBe(2);
  });

  it("stays exact after it let old arrivals go", () => {
    const window = createSlidingWindow(1_000);
    for (let atMs = 0; atMs < 10_000; atMs += 1) window.add(atMs);
    expect(window.count(9_999, 1_000)).toBe(1_000);
  });
});

describe("keyed windows", () => {
  it("keep each key's last minute apart", () => {
    let nowMs = 0;
    const windows = createKeyedWindows(() => nowMs);
    windows.add("a.example.com", 7);
    windows.add("b.example.com", 1);
    expect(windows.lastMinute("a.example.com")).toBe(7);
    nowMs = 60_000;
    expect(windows.lastMinute("a.example.com")).toBe(0);
    expect(windows.lastMinute("never-seen.example.com")).toBe(0);
  });
});
