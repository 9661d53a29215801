import { describe, expect, it } from "vitest";
import { anyHostMatches, hostMatches, queryRuleOf } from "../src/hosts.ts";

describe("host patterns", () => {
  it.each([
    ["e.com", "e.com", true],
    ["e.com", "www.e.com", false],
    ["*.e.com", "www.e.com", true],
    ["*.e.com", "a.b.e.com", true],
    ["*.e.com", "e.com", false],
    ["*.e.com", "evile.com", false],
    ["*.e.com", ".e.com", false],
    ["*.e.com", "www.e.com.evil.com", false],
  ])("%s covers %s: %s", (pattern, host, expected) => {
    expect(hostMatches(pattern, host)).toBe(expected);
    expect(anyHostMatches(["other.org", pattern], host)).toBe(expected);
  });

  it("no pattern covers nothing", () => {
    expect(anyHostMatches([], "e.com")).toBe(false);
  });

  it("the first rule that covers a host decides, and a host without a rule keeps its query", () => {
    const rules = [
      { host: "img.e.com", query: { only: ["v"] } },
      { host: "*.e.com", query: "ignore" },
    ] as const;
    expect(queryRuleOf(rules, "img.e.com")).toEqual({ only: ["v"] });
    expect(queryRuleOf(rules, "www.e.com")).toBe("ignore");
    expect(queryRuleOf(rules, "e.com")).toBe("keep");
  });
});
