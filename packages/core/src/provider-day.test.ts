import { describe, expect, it } from "vitest";
import { dayStarts } from "./provider-day.ts";

const at = (text: string): number => new Date(text).getTime();
const texts = (starts: readonly number[]): readonly string[] =>
  starts.map((ms) => new Date(ms).toISOString());

describe("the provider's day", () => {
  it("begins at midnight of its zone, 16:00 UTC for Shanghai", () => {
    expect(texts(dayStarts("Asia/Shanghai", at("2026-11-21T12:00:00Z"), 1, 1))).toEqual([
      "2026-11-19T16:00:00.000Z",
      "2026-11-20T16:00:00.000Z",
      "2026-11-21T16:00:00.000Z",
    ]);
  });

  it("is 23 and 25 hours long when clocks change", () => {
    const spring = dayStarts("Europe/Berlin", at("2026-03-29T12:00:00Z"), 1, 1);
    expect(spring.slice(1).map((start, i) => (start - (spring[i] ?? 0)) / 3_600_000)).toContain(23);
    const autumn = dayStarts("Europe/Berlin", at("2026-10-25T12:00:00Z"), 1, 1);
    expect(autumn.slice(1).map((start, i) => (start - (autumn[i] ?? 0)) / 3_600_000)).toContain(25);
  });

  it("begins at its first instant where midnight does not exist", () => {
    // Chile put its clocks forward at midnight of 2026-09-06: the day began at 01:00.
    const starts = texts(dayStarts("America/Santiago", at("2026-09-06T12:00:00Z"), 1, 0));
    expect(starts).toContain("2026-09-06T04:00:00.000Z");
  });
});
