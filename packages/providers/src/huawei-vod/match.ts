import { matchRows, type Row } from "@purgeline/core";

/** Rows name URLs; our items are URLs or asset ids, never both in a batch. */
export function matchHuaweiRows(items: readonly string[], rows: readonly Row[]): readonly (Row | null)[] {
  return items.every(isUrl) ? matchRows(items, rows, spelling) : matchAssets(items, rows);
}

/**
 * An asset ends as its URLs do, failed when one failed; all rows of a task about one asset are its own.
 * Of an asset that no row names nothing is known, unless some failed row names no asset of ours: that
 * one may be its own, so it fails. A failure too many is sent again by `retry`; a confirmation too many
 * would be a stale page for good.
 */
function matchAssets(ids: readonly string[], rows: readonly Row[]): readonly (Row | null)[] {
  const ownerOf = (row: Row): string | null =>
    (ids.length === 1 ? ids[0] : ids.find((id) => row.item === id || names(row.item, id))) ?? null;
  const owned = rows.map((row) => ({ row, id: ownerOf(row) }));
  const isFailed = (row: Row): boolean => row.end === "failed";
  const stray = owned.find(({ row, id }) => id === null && isFailed(row))?.row ?? null;
  return ids.map((id) => {
    const own = owned.filter((entry) => entry.id === id).map(({ row }) => row);
    return own.find(isFailed) ?? own[0] ?? stray;
  });
}

/** The asset id stands in the URL's path, as in `/asset/<id>/<file>`, with no letter or digit beside it. */
function names(url: string | null, id: string): boolean {
  const path = url === null ? undefined : URL.parse(url)?.pathname;
  if (path === undefined) return false;
  for (let at = path.indexOf(id); at !== -1; at = path.indexOf(id, at + 1)) {
    const around = `${path[at - 1] ?? ""}${path[at + id.length] ?? ""}`;
    if (!/[0-9a-z]/i.test(around)) return true;
  }
  return false;
}

/** The same URL may come back with other escapes. */
function spelling(item: string): string {
  return URL.parse(item)?.href ?? item;
}

function isUrl(item: string): boolean {
  return item.includes("://");
}
