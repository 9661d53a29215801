import type { Row } from "./provider.ts";
import { canonicalUrl } from "./url.ts";

/**
 * The usual `poll.match`: rows meet items by what they name, in steps, each for the items that the
 * steps before left without a row. First the same text; then another spelling of the same URL; last
 * what the provider may have made of a URL (`keyOf`, escapes levelled), and there only rows that
 * spell no item of the batch: those have items of their own. A failed row beats a confirmed one of
 * the same step; a row without an item is for all the rest.
 */
export function matchRows(
  items: readonly string[],
  rows: readonly Row[],
  keyOf: (item: string) => string = (item) => item,
): readonly (Row | null)[] {
  const named = rows.filter((row) => row.item !== null);
  const unnamed = rows.filter((row) => row.item === null);
  const rest = unnamed.find((row) => row.end === "failed") ?? unnamed[0] ?? null;
  const exact = matchBy((text) => text, items, named);
  if (!exact.includes(null)) return exact;
  const same = matchBy(sameUrl, items, named);
  const own = new Set(items.map(sameUrl));
  const strange = named.filter(({ item }) => !own.has(sameUrl(item ?? "")));
  const alike = strange.length === 0 ? [] : matchBy((text) => levelled(keyOf(text)), items, strange);
  return exact.map((row, index) => row ?? same[index] ?? alike[index] ?? rest);
}

function matchBy(
  keyOf: (text: string) => string,
  items: readonly string[],
  rows: readonly Row[],
): readonly (Row | null)[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row.item ?? "");
    if (byKey.get(key)?.end !== "failed") byKey.set(key, row);
  }
  return items.map((item) => byKey.get(keyOf(item)) ?? null);
}

// International hosts meet their `xn--` form in `keyOf`, as text beyond ASCII its escapes: this package knows no IDNA.
const TOOLS = { asciiHost: (host: string): string => host.toLowerCase() };

/** Equal for spellings of one URL; what is no URL stands for itself. */
function sameUrl(text: string): string {
  const parsed = canonicalUrl(text, TOOLS);
  return parsed.ok ? parsed.canonical : text;
}

/** One way for what may be written with an escape and without: a row says what was done, not how it is cached. */
function levelled(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
  });
}
