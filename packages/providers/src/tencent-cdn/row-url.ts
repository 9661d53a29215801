import type { Row } from "@purgeline/core";
import { matchRows } from "@purgeline/core";

/**
 * Rows name URLs as the provider spells them. The exact text decides first; an item that no row
 * spells so is looked up by its normal form, since a row may come back with a lower-case host or
 * percent-encoded (UrlEncode), but only among rows that spell no other item of the batch.
 */
export function matchUrlRows(items: readonly string[], rows: readonly Row[]): readonly (Row | null)[] {
  const exact = matchRows(items, rows);
  if (exact.every((row) => row !== null)) return exact;
  const named = new Set(items);
  const strange = rows.filter(({ item }) => item === null || !named.has(item));
  const normal = matchRows(items, strange, normalForm);
  return exact.map((row, index) => row ?? normal[index] ?? null);
}

function normalForm(url: string): string {
  return URL.parse(url)?.href ?? url;
}

/** One record of a task, in words that both APIs share. */
export interface Log {
  readonly url: string;
  /** Null: it is still under way, or says something that we do not know. */
  readonly end: Row["end"] | null;
  readonly word: string;
}

/**
 * Rows of the URLs whose records have all ended: a push to `global` may keep one record per area
 * for one URL, and it is done when the slower one is.
 */
export function finalRows(logs: readonly Log[]): readonly Row[] {
  const open = new Set(logs.filter(({ end }) => end === null).map(({ url }) => url));
  return logs.flatMap(({ url, end, word }): readonly Row[] => {
    if (end === null || open.has(url)) return [];
    const isFailed = end === "failed";
    const message = isFailed ? `the task's record says "${word}"` : null;
    return [{ item: url, end, code: isFailed ? word : null, message }];
  });
}
