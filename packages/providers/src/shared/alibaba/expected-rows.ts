import type { BatchContent, JsonObject, Task } from "@purgeline/core";
import { isObject } from "../json.ts";
import type { RefreshRow } from "./refresh-rows.ts";

/**
 * How many rows each domain's task must list, kept in the task: a poll does not see the batch, and
 * DescribeRefreshTaskById has no pages, so nothing else tells a cut list from a whole one. URLs of
 * one domain share an id (CDN9); with more ids than domains that rule did not hold and nothing is
 * expected. Directories and patterns have an id each, with one row. At most 10 domains: ~300 bytes.
 */
export function expectedRows(batch: BatchContent, ids: number): JsonObject | null {
  if (batch.lane !== "purge-url" && batch.lane !== "prefetch-url") return null;
  const counts = new Map<string, number>();
  for (const [beginning, items] of Map.groupBy(batch.items, beginningOf)) {
    const host = hostOf(beginning);
    if (host !== null) counts.set(host, (counts.get(host) ?? 0) + items.length);
  }
  return ids <= counts.size ? { rows: Object.fromEntries(counts) } : null;
}

/** Rows that the task must have, given whose URLs it lists; 0: no telling. */
export function rowsExpected(task: Task, rows: readonly RefreshRow[]): number {
  const counts = task.state?.rows;
  if (!isObject(counts)) return 0;
  // A task's thousand URLs are of one host: each beginning is parsed once.
  const hosts = new Set([...new Set(rows.map((row) => beginningOf(row.path)))].map(hostOf));
  let expected = 0;
  for (const [host, count] of Object.entries(counts)) {
    if (hosts.has(host) && typeof count === "number") expected += count;
  }
  return expected;
}

/** Up to the path, where it has one behind its host: `https://` is eight characters. */
function beginningOf(url: string): string {
  const end = url.indexOf("/", 8);
  return end === -1 ? url : url.slice(0, end);
}

function hostOf(url: string): string | null {
  return URL.parse(url)?.host ?? null;
}
