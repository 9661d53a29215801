import { describe, expect, it } from "vitest";
import { tc3Authorization, tc3Canonical } from "./tc3-signature.ts";
import { v2Signature, v2Text } from "./v2-signature.ts";
import file from "./vectors/tencent.json" with { type: "json" };
import { tc3Vectors, v2Vectors } from "./vectors/vectors.ts";

it("every recorded signature is of an algorithm that is tried below", () => {
  const tried = [...tc3Vectors, ...v2Vectors].map(({ id }) => id);
  expect(tried.toSorted()).toEqual(file.vectors.map(({ id }) => id).toSorted());
});

describe("TC3-HMAC-SHA256 agrees with the official SDK", () => {
  it.each(tc3Vectors)("$id", ({ keys, input, expected }) => {
    const parts = {
      contentType: input.headers["Content-Type"],
      hostname: input.host,
      body: input.body,
      timestamp: input.timestamp,
    };
    expect(tc3Canonical(parts)).toBe(expected.canonical_request);
    expect(tc3Authorization(parts, keys)).toBe(expected.authorization);
  });
});

describe("the v2 signature agrees with the official SDK", () => {
  it.each(v2Vectors)("$id", ({ keys, hash, input, expected }) => {
    const text = v2Text(input.method, input.host, input.path, Object.entries(input.params));
    expect(text).toBe(expected.string_to_sign);
    expect(v2Signature(text, keys.accessKeySecret, hash)).toBe(expected.signature);
  });
});
