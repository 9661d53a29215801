import type { Row } from "./provider.ts";

/**
 * The usual `poll.match`: items and rows meet where their keys are equal. A failed
 * row beats a confirmed one of the same key; a row without an item is for all the rest.
 */
export function matchRows(
  items: readonly string[],
  rows: readonly Row[],
  keyOf: (item: string) => string = (item) => item,
): readonly (Row | null)[] {
  const byKey = new Map<string, Row>();
  const unnamed = rows.filter((row) => row.item === null);
  const rest = unnamed.find((row) => row.end === "failed") ?? unnamed[0] ?? null;
  for (const row of rows) {
    if (row.item === null) continue;
    const key = keyOf(row.item);
    if (byKey.get(key)?.end !== "failed") byKey.set(key, row);
  }
  return items.map((item) => byKey.get(keyOf(item)) ?? rest);
}
