import { domainToASCII } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QueryRule } from "../src/account.ts";
import { type CanonicalUrl, cacheKey, canonicalUrl } from "../src/url.ts";

const runs = { numRuns: 2000 };

function urlOf(text: string): CanonicalUrl | null {
  const parsed = canonicalUrl(text, { asciiHost: domainToASCII });
  return parsed.ok ? parsed.url : null;
}

function keyOf(text: string, rule: QueryRule = "keep"): string | null {
  const url = urlOf(text);
  return url === null ? null : cacheKey(url, rule);
}

/** Pieces in which spellings differ, and whatever else a caller may write. */
const piece = fc.oneof(
  fc.constantFrom(".", "..", "", "%2e", "%2F", "%2f", "%41", "%7E", "~", "%25", "%e9", "%C3%A9"),
  fc.constantFrom("a", "A", "é", "图", "+", "%20", "|", ";", ":@", "=", "a=1", "v=%31", "[]"),
  fc.string({ maxLength: 4 }),
);
const anyUrl = fc
  .record({
    scheme: fc.constantFrom("http", "HTTPS"),
    host: fc.constantFrom("e.com", "E.com.", "例え.jp", "xn--r8jz45g.jp", "e.com:80", "e.com:8443"),
    path: fc.array(piece, { maxLength: 6 }).map((all) => (all.length === 0 ? "" : `/${all.join("/")}`)),
    query: fc.option(
      fc.array(piece, { maxLength: 4 }).map((all) => `?${all.join("&")}`),
      { nil: "" },
    ),
  })
  .map(({ scheme, host, path, query }) => `${scheme}://${host}${path}${query}`);

/**
 * The platform's own parser as an oracle that shares no code with ours: the bytes that a browser
 * asks for, but for the case of escapes, which it leaves as it is, and the root's dot.
 */
function request(text: string): string {
  const url = new URL(text);
  // An empty query is not in `search`.
  const query = url.search === "" && text.includes("?") ? "?" : url.search;
  const bytes = `${url.pathname}${query}`.replace(/%[0-9a-f]{2}/gi, (escaped) => escaped.toUpperCase());
  return `${url.origin.replace(/\.(?=:|$)/, "")}${bytes}`;
}

describe("over all URLs", () => {
  it("a key is its own key", () => {
    fc.assert(
      fc.property(
        anyUrl,
        fc.constantFrom<QueryRule>("keep", "ignore", { only: ["v", "a"] }),
        (text, rule) => {
          const key = keyOf(text, rule);
          if (key !== null) expect(keyOf(key, rule)).toBe(key);
        },
      ),
      runs,
    );
  });

  it("a key asks for what its URL asks for, to the byte", () => {
    fc.assert(
      fc.property(anyUrl, (text) => {
        const key = keyOf(text);
        if (key !== null) expect(request(key)).toBe(request(text));
      }),
      runs,
    );
  });

  it("two URLs with one key are one request, to the byte", () => {
    const few = fc.constantFrom(
      "a",
      "%61",
      "%2f",
      "%2F",
      "",
      ".",
      "..",
      "%2e",
      "图",
      "%E5%9B%BE",
      "a?",
      "a?a",
    );
    const near = fc.array(few, { maxLength: 3 }).map((all) => `http://e.com/${all.join("/")}`);
    let met = 0;
    fc.assert(
      fc.property(near, near, (one, other) => {
        const [a, b] = [keyOf(one), keyOf(other)];
        if (a === null || b === null || a !== b) return;
        met += 1;
        expect(request(one)).toBe(request(other));
      }),
      runs,
    );
    expect(met).toBeGreaterThan(100);
  });

  it("a path that is one byte longer has another key, whatever that byte is", () => {
    const octet = fc.integer({ min: 0, max: 255 }).map((byte) => byte.toString(16).padStart(2, "0"));
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 6 }), octet, (all, more) => {
        const path = all.map((hex) => `%${hex}`).join("");
        // A letter behind it, so that no dot segment comes of dots alone.
        expect(keyOf(`http://e.com/x${path}%${more}y`)).not.toBe(keyOf(`http://e.com/x${path}y`));
      }),
      runs,
    );
  });
});

describe("spellings of one URL", () => {
  /** One URL of RFC 3986 and another spelling of it, by every freedom that clients level. */
  const character = fc.oneof(
    fc.constantFrom(..."abcXYZ059-._~!$&'()*+,;=:@").map((letter): [string, string] => [letter, letter]),
    fc
      .constantFrom("2f", "3a", "c3", "20", "7c", "7e")
      .map((hex): [string, string] => [`%${hex.toUpperCase()}`, `%${hex}`]),
  );
  const segment = fc.array(character, { minLength: 1, maxLength: 4 }).filter((all) => {
    const plain = all.map(([letter]) => letter).join("");
    return plain !== "." && plain !== "..";
  });
  const detour = fc.constantFrom("", "./", "%2e/", "gone/../", "gone/%2E./", "a/b/../../");
  const host = fc.constantFrom(
    ["http://e.com", "HTTP://E.COM.:80"],
    ["https://e.com", "https://e.Com:0443"],
    ["http://xn--r8jz45g.jp:8080", "hTTp://例え.jp.:8080"],
  );
  const pair = fc
    .tuple(host, fc.array(fc.tuple(detour, segment), { maxLength: 3 }), fc.option(segment, { nil: null }))
    .map(([[origin, otherOrigin], path, query]) => {
      const text = (side: 0 | 1): string => {
        const way = path.map(
          ([there, letters]) => `/${side === 1 ? there : ""}${letters.map((one) => one[side]).join("")}`,
        );
        return `${way.join("") || "/"}${query === null ? "" : `?${query.map((one) => one[side]).join("")}`}`;
      };
      return [`${origin}${text(0)}`, `${otherOrigin}${text(1)}`] as const;
    });

  it("have one key", () => {
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(keyOf(other)).toBe(keyOf(one));
        expect(keyOf(one)).toBe(one);
      }),
      runs,
    );
  });

  it("have one key at any length that a lane takes", () => {
    const long = (letter: string): string => {
      const start = `http://e.com/${letter.repeat(3)}/`;
      return start + letter.repeat(Math.floor((10_240 - start.length) / letter.length));
    };
    expect(long("a").length).toBe(10_240);
    expect(keyOf(long("a"))).toBe(long("a"));
    expect(keyOf(long("%61"))).toBe(long("%61"));
    expect(keyOf(long("%c3"))).toBe(long("%C3"));
    expect(keyOf(long("./"))).toBe("http://e.com//");
    expect(keyOf(long("图"))).toBe(long("图"));
  });
});

describe("cache key rules", () => {
  const parameter = fc.tuple(fc.constantFrom("v", "w", "x"), fc.stringMatching(/^[a-z0-9]{0,3}$/));
  const parameters = fc.array(parameter, { maxLength: 5 });
  const queryOf = (all: readonly (readonly [string, string])[]): string =>
    all.length === 0 ? "" : `?${all.map(([name, value]) => `${name}=${value}`).join("&")}`;

  it("only: a parameter that the rule keeps is never lost, one that it drops never counts", () => {
    fc.assert(
      fc.property(parameters, (all) => {
        const kept = all.filter(([name]) => name !== "x");
        expect(keyOf(`http://e.com/a${queryOf(all)}`, { only: ["v", "w"] })).toBe(
          `http://e.com/a${queryOf(kept)}`,
        );
      }),
    );
  });

  it("ignore joins all queries of a URL and nothing else, keep joins none", () => {
    fc.assert(
      fc.property(parameters, parameters, (some, others) => {
        const [one, other] = [`http://e.com/a${queryOf(some)}`, `http://e.com/a${queryOf(others)}`];
        expect(keyOf(one, "ignore")).toBe(keyOf(other, "ignore"));
        expect(keyOf(one, "ignore")).not.toBe(keyOf(`http://e.com/b${queryOf(some)}`, "ignore"));
        expect(keyOf(one, "keep") === keyOf(other, "keep")).toBe(one === other);
      }),
    );
  });
});
