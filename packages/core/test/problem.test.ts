import { describe, expect, it } from "vitest";
import { cutUrls, showValue } from "../src/problem.ts";

describe("cutUrls", () => {
  it.each([
    ["https://a.test/x?sign=1", "https://a.test/x?…"],
    ["/v1/targets?url=https://a.test/x", "/v1/targets?…"],
    [
      "GET https://a.test/x?sign=1 failed, then http://b.test/y?k=2.",
      "GET https://a.test/x?… failed, then http://b.test/y?…",
    ],
    ["redis://user:pass@redis.test:6379/0", "redis://***@redis.test:6379/0"],
    ["//user:p@ss@a.test/x", "//***@a.test/x"],
    ["rediss://:pass@redis.test", "rediss://***@redis.test"],
    ["https://a.test/x", "https://a.test/x"],
    ["is it so? yes", "is it so? yes"],
    ["a/b?c", "a/b?c"],
    ['the request was "GET /a.js?sign=1"', 'the request was "GET /a.js?…"'],
    [
      "ObjectPath=https%3A%2F%2Fa.test%2Fx%3Fsign%3D1&Force=true",
      "ObjectPath=https%3A%2F%2Fa.test%2Fx?…&Force=true",
    ],
    [
      "POST&%2F&ObjectPath%3Dhttps%253A%252F%252Fa.test%252Fx%253Fsign%253D1",
      "POST&%2F&ObjectPath%3Dhttps%253A%252F%252Fa.test%252Fx?…",
    ],
  ])("%s is shown as %s", (given, shown) => {
    expect(cutUrls(given)).toBe(shown);
  });
});

describe("showValue", () => {
  it("shows the beginning of a value, and of a URL nothing after its path", () => {
    expect(showValue("https://a.test/x?sign=1")).toBe("https://a.test/x?…");
    expect(showValue("https://me:pass@a.test/x")).toBe("https://***@a.test/x");
    expect(showValue("x".repeat(300))).toHaveLength(200);
    expect(showValue({ a: 1 })).toBe('{"a":1}');
    expect(showValue(undefined)).toBe("undefined");
  });

  it("reads no more of a long value than it shows of it, and of a long user name nothing", () => {
    // 16 MB is the longest body; each of these took minutes when all of it was read.
    for (const piece of ["a", "a://", "(/", "http%3A%2F%2F"])
      expect(showValue(piece.repeat(16_000_000 / piece.length))).toHaveLength(200);
    expect(showValue(`https://${"x".repeat(5_000)}:pass@a.test/x`)).toBe("https://…");
  });
});
