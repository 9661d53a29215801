import type { BodyWeight, Lane } from "@purgeline/core";
import fc from "fast-check";

/** Characters that encoders trip over, in paths as URL parsers leave them; the commas are apart from any list's. */
const AWKWARD = ["a%20b", "~!*'()", "%E8%A7%86.mp4", "x=1&y=2+3", "%22%5C", "q?a=1&b=%2B&c[]='(*)!~"];

/** `count` different targets that a lane takes. */
export function sampleItems(lane: Lane, count: number): [string, ...string[]] {
  const [first, ...rest] = Array.from({ length: count }, (_, index) => sampleItem(lane, index));
  return [first ?? sampleItem(lane, 0), ...rest];
}

function sampleItem(lane: Lane, index: number): string {
  if (lane.endsWith("-media")) return index.toString(16).padStart(32, "0");
  const path = `https://cdn.example.com/${index}/${AWKWARD[index % AWKWARD.length] ?? ""}`;
  switch (lane) {
    case "purge-directory":
      return `https://cdn.example.com/directory-${index}/`;
    case "purge-pattern":
      return `https://cdn.example.com/${index}/.*\\.js`;
    case "purge-ignore-params":
      return `https://cdn.example.com/${index}/page.html`;
    default:
      return path;
  }
}

/** Up to `most` different targets of any spelling that admission lets through. */
export function anyItems(lane: Lane, most: number): fc.Arbitrary<[string, ...string[]]> {
  const any = lane.endsWith("-media")
    ? fc.stringMatching(/^[0-9a-f]{32}$/)
    : fc.tuple(fc.domain(), fc.string({ unit: "grapheme", maxLength: 40 }), fc.boolean()).map(anyUrl(lane));
  return fc
    .uniqueArray(any, { minLength: 1, maxLength: Math.min(most, 20) })
    .map((items) => items as [string, ...string[]]);
}

/** As a URL parser spells it, or as the caller may: the wire takes the caller's own spelling. */
function anyUrl(lane: Lane): (parts: [string, string, boolean]) => string {
  return ([host, text, isParsed]) => {
    const path = text.replaceAll(/[\s\p{C},#]/gu, "");
    const url = `https://${host}/${path}${lane === "purge-directory" ? "/" : ""}`;
    return isParsed ? (URL.parse(url)?.href ?? url) : url;
  };
}

/** What `BodyWeight` promises about a body's length. */
export function weigh(weight: BodyWeight, items: readonly string[]): number {
  return items.reduce((sum, item) => sum + weight.perItem + encodedLength(weight, item), weight.fixed);
}

function encodedLength({ encoding }: BodyWeight, item: string): number {
  switch (encoding) {
    case "json":
      return Buffer.byteLength(JSON.stringify(item)) - 2;
    case "form":
      return encodeURIComponent(item).replace(/[!'()*]/g, "%xx").length;
    case "raw":
      return Buffer.byteLength(item);
    default:
      return encoding satisfies never;
  }
}
