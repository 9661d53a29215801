import type { Candidate, DueLookup, ListedRow, Provider, Row } from "@purgeline/core";

/** Lists tell whole seconds: a row was made within the second that begins at its time. */
const RESOLUTION_MS = 1000;
/** A key that was purged more often than this since the attempt began is sent again, whosever those purges were. */
const MOST_ROWS_EACH = 5;

/**
 * The rows that may be an attempt's: not made before it began. `skewMs` is the provider's clock against the store's at
 * least, so the true beginning is not before this one; that it may be up to a second after it is what keys' spacing
 * (`resendAfterMs`) is for, and the rows of batches on record, which the store knows.
 */
export function candidatesOf(
  { sentAtMs }: Pick<DueLookup, "sentAtMs">,
  items: readonly string[],
  rows: readonly ListedRow[],
  skewMs: number,
  match: Provider["poll"]["match"],
): readonly Candidate[] {
  const since = Math.floor((sentAtMs + skewMs) / RESOLUTION_MS) * RESOLUTION_MS;
  const candidates: Candidate[] = [];
  let left = rows.filter(({ createdAtMs }) => createdAtMs >= since);
  for (let round = 0; round < MOST_ROWS_EACH && left.length > 0; round += 1) {
    // `match` tells of each item one row: the others are asked about without it.
    const named = left.map(
      (row, index): Row => ({ item: row.item, end: "confirmed", code: String(index), message: null }),
    );
    const used = new Set<ListedRow>();
    for (const [index, found] of match(items, named).entries()) {
      const row = found === null ? undefined : left[Number(found.code)];
      if (row === undefined) continue;
      used.add(row);
      const { taskId, task } = row;
      candidates.push({ index, taskId, task, createdAtMs: row.createdAtMs - skewMs });
    }
    if (used.size === 0) break;
    left = left.filter((row) => !used.has(row));
  }
  return candidates;
}
