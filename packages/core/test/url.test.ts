import { domainToASCII } from "node:url";
import { describe, expect, it } from "vitest";
import type { QueryRule } from "../src/account.ts";
import { cacheKey, canonicalUrl, type ParsedUrl } from "../src/url.ts";
import { canonicalPattern } from "../src/url-pattern.ts";

const tools = { asciiHost: domainToASCII };
const parse = (text: string): ParsedUrl => canonicalUrl(text, tools);
const canonical = (text: string): string => {
  const parsed = parse(text);
  return parsed.ok ? parsed.canonical : parsed.fault;
};
const key = (text: string, rule: QueryRule): string => {
  const parsed = parse(text);
  return parsed.ok ? cacheKey(parsed.url, rule) : parsed.fault;
};

describe("spellings of one URL", () => {
  it.each([
    ["HTTP://Example.COM/a", "http://example.com/a"],
    ["http://example.com:80/a", "http://example.com/a"],
    ["https://example.com:443/a", "https://example.com/a"],
    ["http://example.com:080/a", "http://example.com/a"],
    ["http://example.com:/a", "http://example.com/a"],
    ["http://example.com./a", "http://example.com/a"],
    ["http://example.com", "http://example.com/"],
    ["http://example.com?v=1", "http://example.com/?v=1"],
    ["http://例え.jp/a", "http://xn--r8jz45g.jp/a"],
    ["http://ＥＸＡＭＰＬＥ。com/a", "http://example.com/a"],
    ["http://e.com/a/./b/../c", "http://e.com/a/c"],
    ["http://e.com/a/%2e%2E/b", "http://e.com/b"],
    ["http://e.com/../../a", "http://e.com/a"],
    ["http://e.com/a/..", "http://e.com/"],
    ["http://e.com/a/b/.", "http://e.com/a/b/"],
    ["http://e.com/a/.%2e/%2E%2e./b", "http://e.com/%2E%2E./b"],
    ["http://e.com/a%2fb", "http://e.com/a%2Fb"],
    ["http://e.com/a%c3%a9", "http://e.com/a%C3%A9"],
    ["http://e.com/图片/é.jpg?q=😀", "http://e.com/图片/é.jpg?q=😀"],
    ["http://e.com/a?x=%7e&y=%2f", "http://e.com/a?x=%7E&y=%2F"],
  ])("%s is %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });
});

describe("URLs that a provider may keep apart stay apart", () => {
  it.each([
    ["another scheme", "http://e.com/a", "https://e.com/a"],
    ["another port", "http://e.com/a", "http://e.com:8080/a"],
    ["the other scheme's port", "http://e.com/a", "http://e.com:443/a"],
    ["letter case of the path", "http://e.com/a", "http://e.com/A"],
    ["a slash at the end", "http://e.com/a", "http://e.com/a/"],
    ["two slashes", "http://e.com/a/b", "http://e.com/a//b"],
    ["two slashes at the start", "http://e.com/a", "http://e.com//a"],
    ["dot segments do not eat an empty segment", "http://e.com/a/b", "http://e.com/a//../b/../b/b"],
    ["an empty query", "http://e.com/a", "http://e.com/a?"],
    ["order of parameters", "http://e.com/a?x=1&y=2", "http://e.com/a?y=2&x=1"],
    ["a repeated parameter", "http://e.com/a?x=1", "http://e.com/a?x=1&x=1"],
    ["a parameter without a value", "http://e.com/a?x", "http://e.com/a?x="],
    ["a letter and its escape", "http://e.com/a", "http://e.com/%61"],
    ["a tilde and its escape", "http://e.com/~a", "http://e.com/%7Ea"],
    ["the same in a query", "http://e.com/?~", "http://e.com/?%7E"],
    ["a dot and its escape within a name", "http://e.com/a.b", "http://e.com/a%2Eb"],
    ["an escaped slash", "http://e.com/a/b", "http://e.com/a%2Fb"],
    ["an escaped question mark", "http://e.com/a?b", "http://e.com/a%3Fb"],
    ["an escaped sub-delimiter", "http://e.com/a+b", "http://e.com/a%2Bb"],
    ["plus and space", "http://e.com/?a+b", "http://e.com/?a%20b"],
    ["a percent sign", "http://e.com/%41", "http://e.com/%2541"],
    ["ASCII that no URL may hold", "http://e.com/a|b", "http://e.com/a%7Cb"],
    ["text beyond ASCII and its escape", "http://e.com/图", "http://e.com/%E5%9B%BE"],
    ["the same in a query", "http://e.com/?q=ü", "http://e.com/?q=%C3%BC"],
    ["an escape of another encoding", "http://e.com/é", "http://e.com/%E9"],
    ["composed and decomposed letters", "http://e.com/\u00e9", "http://e.com/e\u0301"],
    ["dot segments of the query", "http://e.com/a?/../b", "http://e.com/a?b"],
    ["a label more", "http://e.com/a", "http://www.e.com/a"],
  ])("%s", (_name, one, other) => {
    expect(parse(one).ok && parse(other).ok).toBe(true);
    expect(canonical(one)).not.toBe(canonical(other));
  });
});

describe("texts that are no URL to purge", () => {
  it.each([
    ["", "url-scheme"],
    ["example.com/a", "url-scheme"],
    ["//example.com/a", "url-scheme"],
    ["ftp://example.com/a", "url-scheme"],
    ["javascript://example.com/a", "url-scheme"],
    ["http:/example.com/a", "url-scheme"],
    [" http://example.com/a", "url-scheme"],
    ["http://user@example.com/", "url-credentials"],
    ["http://user:secret@example.com/", "url-credentials"],
    ["http://@example.com/", "url-credentials"],
    ["http://example.com/#top", "url-fragment"],
    ["http://example.com/#", "url-fragment"],
    ["http://", "url-host"],
    ["http:///a", "url-host"],
    ["http://:80/a", "url-host"],
    ["http://./a", "url-host"],
    ["http://a..b/", "url-host"],
    [`http://${"a.".repeat(126)}bc/`, "url-host"],
    ["http://[::1]/", "url-host"],
    ["http://[::1]:80/", "url-host"],
    ["http://%65.com/", "url-host"],
    ["http://*.e.com/", "url-host"],
    ["http://a|b/", "url-host"],
    ["http://e.com:x/", "url-port"],
    ["http://e.com:0/", "url-port"],
    ["http://e.com:65536/", "url-port"],
    ["http://e.com:99999999999999999999/", "url-port"],
    ["http://e.com/a b", "url-characters"],
    ["http://e.com/a\nb", "url-characters"],
    ["http://e.com/a\u0000", "url-characters"],
    ["http://e.com/a\u3000b", "url-characters"],
    ["http://e.com/a\\b", "url-characters"],
    ["http://e.com\\@evil.com/", "url-credentials"],
    ["http://e.com\\evil.com/", "url-characters"],
    ["http://e.com/\ud800", "url-characters"],
    ["http://e.com/100%", "url-escape"],
    ["http://e.com/%zz", "url-escape"],
    ["http://e.com/?a=%4", "url-escape"],
    [`http://e.com${"/a".repeat(101)}`, "url-depth"],
    [`http://e.com${"/".repeat(101)}?q`, "url-depth"],
  ])("%j: %s", (text, fault) => {
    expect(parse(text)).toEqual({ ok: false, fault });
  });
});

it("a host may have 253 characters beside the root's dot", () => {
  expect(canonical(`http://${"a.".repeat(127)}/`)).toBe(`http://${"a.".repeat(126)}a/`);
});

it("a path may have 100 slashes, and a query any number", () => {
  const text = `http://e.com${"/a".repeat(100)}?${"/".repeat(1000)}`;
  expect(canonical(text)).toBe(text);
});

describe("cache keys", () => {
  it.each<[string, QueryRule, string]>([
    ["http://e.com/a?v=1&w=2", "keep", "http://e.com/a?v=1&w=2"],
    ["http://e.com/a?", "keep", "http://e.com/a?"],
    ["http://e.com/a?v=1", "ignore", "http://e.com/a"],
    ["http://e.com/a?", "ignore", "http://e.com/a"],
    ["http://e.com/a?x=0&v=1&y&w=2&v=3", { only: ["v", "w"] }, "http://e.com/a?v=1&w=2&v=3"],
    ["http://e.com/a?vv=1&%76=2", { only: ["v"] }, "http://e.com/a?%76=2"],
    ["http://e.com/a?x=0", { only: ["v"] }, "http://e.com/a"],
    ["http://e.com/a", { only: ["v"] }, "http://e.com/a"],
    ["http://e.com/a?v=1&v=2&v=1", { only: ["v"] }, "http://e.com/a?v=1&v=2&v=1"],
    ["http://e.com/a?&&v&=1&v=", { only: ["v"] }, "http://e.com/a?v&v="],
    ["http://e.com/a?V=1", { only: ["v"] }, "http://e.com/a"],
    ["http://e.com/a?ids%5b%5d=1&ids[]=2&id=3", { only: ["ids[]"] }, "http://e.com/a?ids%5B%5D=1&ids[]=2"],
    ["http://e.com/a?ids[]=1&id=2", { only: ["ids%5B%5D"] }, "http://e.com/a?ids[]=1"],
    ["http://e.com/a?%E5%90%8D=1&名=2", { only: ["名"] }, "http://e.com/a?%E5%90%8D=1&名=2"],
    ["http://e.com/a?%e9=1&x=2", { only: ["%E9", "100%"] }, "http://e.com/a?%E9=1"],
  ])("%s under %j is %s", (text, rule, expected) => {
    expect(key(text, rule)).toBe(expected);
  });
});

describe("patterns", () => {
  it.each([
    ["HTTP://E.com/.*\\.JPG", "http://e.com/.*\\.JPG"],
    ["https://例え.jp/a?b#c", "https://xn--r8jz45g.jp/a?b#c"],
  ])("%s keeps its expression: %s", (text, expected) => {
    expect(canonicalPattern(text, tools)).toMatchObject({ ok: true, canonical: expected });
  });

  it.each([
    ["e.com/.*", "url-scheme"],
    ["http://e.com", "url-scheme"],
    ["http://u@e.com/", "url-credentials"],
    ["http://.*.e.com/a", "url-host"],
    ["http://e.com\\evil.org/.*", "url-host"],
    ["http://e.com?x/.*", "url-host"],
    ["http://e.com#x/.*", "url-host"],
    ["http://e.com/a\nb", "url-characters"],
  ])("%j: %s", (text, fault) => {
    expect(canonicalPattern(text, tools)).toEqual({ ok: false, fault });
  });
});
