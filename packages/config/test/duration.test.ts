import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration, showDuration } from "../src/duration.ts";

describe("durations", () => {
  it.each([
    ["200ms", 200],
    ["90s", 90_000],
    ["15m", 900_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["2w", 1_209_600_000],
    ["1.5h", 5_400_000],
    ["1 hour", 3_600_000],
    [" 3 days ", 259_200_000],
    ["10 min", 600_000],
    ["250 milliseconds", 250],
  ])("%j is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "24", "h", "-1h", "1 fortnight", "1h30m", "1,5h", "1e3s", "constructor", "1 constructor"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it("are shown as they are read", () => {
    fc.assert(fc.property(fc.nat(), (ms) => parseDuration(showDuration(ms)) === ms));
    expect(showDuration(86_400_000)).toBe("1d");
    expect(showDuration(90_000)).toBe("90s");
  });
});
