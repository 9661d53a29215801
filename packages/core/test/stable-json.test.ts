import fc from "fast-check";
import { expect, it } from "vitest";
import { stableJson } from "../src/stable-json.ts";
import type { Json } from "../src/words.ts";

it("the order of keys does not count, the order of lists does", () => {
  expect(stableJson({ b: 1, a: { d: [1, 2], c: null } })).toBe('{"a":{"c":null,"d":[1,2]},"b":1}');
  expect(stableJson([1, 2])).not.toBe(stableJson([2, 1]));
});

it("every JSON value is read back as it was, and shuffled keys give the same text", () => {
  const reversed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, inner]) => [key, reversed(inner)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      const value = JSON.parse(JSON.stringify(given)) as Json;
      expect(JSON.parse(stableJson(value))).toEqual(value);
      expect(stableJson(reversed(value))).toBe(stableJson(value));
    }),
  );
});
