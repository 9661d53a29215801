import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Row } from "../src/provider.ts";
import { matchRows } from "../src/row-match.ts";

const confirmed = (item: string | null): Row => ({ item, end: "confirmed", code: null, message: null });
const failed = (item: string | null): Row => ({ item, end: "failed", code: "Origin", message: null });
const href = (text: string): string => URL.parse(text)?.href ?? text;
const matched = (items: readonly string[], rows: readonly Row[]): readonly (string | null)[] =>
  matchRows(items, rows, href).map((row) => row?.item ?? null);

describe("a row meets an item", () => {
  it.each([
    ["in the same spelling", "http://e.com/a?b", "http://e.com/a?b"],
    ["in another case of scheme and host", "HTTP://E.com/a", "http://e.com/a"],
    ["with or without the scheme's port", "http://e.com/a", "http://e.com:80/a"],
    ["with or without the root's dot", "http://e.com./a", "http://e.com/a"],
    ["without its dot segments", "http://e.com/b/../a", "http://e.com/a"],
    ["with escapes in another case", "http://e.com/%2fa", "http://e.com/%2Fa"],
    ["with escapes undone", "http://e.com/%7Ea", "http://e.com/~a"],
    ["with text beyond ASCII escaped", "http://e.com/图片", "http://e.com/%e5%9b%be%E7%89%87"],
    ["with its escapes of text undone", "http://e.com/%E5%9B%BE", "http://e.com/图"],
    ["with what no URL may hold escaped", 'http://e.com/"a"', "http://e.com/%22a%22"],
    ["with its host in the other form", "http://例え.jp/a", "http://xn--r8jz45g.jp/a"],
    ["where both are no URLs", "0a1b", "0a1b"],
  ])("%s", (_name, item, row) => {
    expect(matched([item], [confirmed(row)])).toEqual([row]);
    expect(matched([row], [confirmed(item)])).toEqual([item]);
  });

  it.each([
    ["another path", "http://e.com/a", "http://e.com/A"],
    ["a slash more", "http://e.com/a", "http://e.com/a/"],
    ["an escaped slash", "http://e.com/a/b", "http://e.com/a%2Fb"],
    ["an empty query", "http://e.com/a", "http://e.com/a?"],
    ["other parameters", "http://e.com/a?x=1", "http://e.com/a?x=2"],
    ["another scheme", "http://e.com/a", "https://e.com/a"],
  ])("but not with %s", (_name, item, row) => {
    expect(matched([item], [confirmed(row)])).toEqual([null]);
  });
});

describe("among several", () => {
  it("two spellings of one URL in a batch both meet the row of either", () => {
    const items = ["HTTP://e.com/%2f/./a", "http://e.com/%2F/a"];
    for (const row of items) expect(matched(items, [confirmed(row)])).toEqual([row, row]);
  });

  it("the row that spells an item as it is decides, whatever other spellings came to", () => {
    const items = ["http://e.com/图", "http://e.com/%E5%9B%BE"];
    const rows = [confirmed(items[0] ?? ""), failed(items[1] ?? "")];
    for (const order of [rows, rows.toReversed()]) {
      expect(matchRows(items, order, href)).toEqual(rows);
      expect(matchRows(items.toReversed(), order, href)).toEqual(rows.toReversed());
    }
  });

  it("a URL without a row never takes that of another item that only looks alike", () => {
    const items = ["http://e.com/图", "http://e.com/%E5%9B%BE"];
    expect(matched(items, [confirmed("http://e.com/图")])).toEqual(["http://e.com/图", null]);
  });

  it("a failed row beats a confirmed one, in any order", () => {
    const rows = [confirmed("http://e.com/a"), failed("http://e.com/a"), confirmed("http://e.com/a")];
    expect(matchRows(["http://e.com/a"], rows)).toEqual([failed("http://e.com/a")]);
    expect(matchRows(["http://e.com:80/a"], rows)).toEqual([failed("http://e.com/a")]);
  });

  it("a row without an item is for those that no other row names, the failed one first", () => {
    const rows = [confirmed("http://e.com/a"), confirmed(null), failed(null)];
    expect(matchRows(["http://e.com/a", "http://e.com/b"], rows)).toEqual([rows[0], rows[2]]);
    expect(matchRows(["http://e.com/b"], rows.slice(0, 2))).toEqual([rows[1]]);
  });

  it("the order of rows decides nothing, and no text is too strange", () => {
    const text = fc.oneof(
      fc.constantFrom(
        "http://e.com/a",
        "HTTP://E.com/%61",
        "http://e.com/%2f",
        "http://e.com/图",
        "\ud800",
        "%",
      ),
      fc.webUrl({ withQueryParameters: true }),
      fc.string({ unit: "binary" }),
    );
    const row = fc.record({ item: text, end: fc.constantFrom<Row["end"]>("confirmed", "failed") });
    const rows = fc.array(row.map(({ item, end }): Row => ({ item, end, code: null, message: null })));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), rows, (items, given) => {
        const found = matchRows(items, given, href);
        expect(found).toHaveLength(items.length);
        const ends = (all: typeof found): readonly (string | null)[] => all.map((one) => one?.end ?? null);
        expect(ends(matchRows(items, given.toReversed(), href))).toEqual(ends(found));
        for (const [index, one] of found.entries())
          if (given.some(({ item }) => item === items[index])) expect(one?.item).toBe(items[index]);
      }),
    );
  });
});
