import fc from "fast-check";
import { expect, it } from "vitest";
import { busiest, slackest } from "./windows.ts";

const at = (...times: readonly number[]) =>
  times.map((receivedMonotonicMs) => ({ receivedMonotonicMs, waitedMs: 0 }));

it.each([
  ["none", at(), 0],
  ["neighbours that are a window apart", at(0, 1000, 2000), 1],
  ["what comes just within a window", at(0, 999, 1998), 2],
  ["a burst, whatever the order", at(5000, 0, 5001, 5002), 3],
  [
    "what may have come sooner than it was read",
    [
      { receivedMonotonicMs: 100, waitedMs: 50 },
      { receivedMonotonicMs: 1060, waitedMs: 0 },
    ],
    1,
  ],
])("the busiest second of %s", (_, arrivals, most) => {
  expect(busiest(arrivals, 1000)).toBe(most);
});

it("the busiest and the slackest window are those that a look at every millisecond finds", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 40 }), (times) => {
      const counts = Array.from(
        { length: 401 },
        (_, from) => times.filter((each) => each >= from && each < from + 100).length,
      );
      expect(busiest(at(...times), 100)).toBe(Math.max(...counts));
      expect(slackest(at(...times), 100, [0, 500])).toBe(Math.min(...counts));
    }),
  );
});
