import { type Json, type JsonObject, matchRows, type Row } from "@purgeline/core";
import { isObject, textField } from "../json.ts";

/** One line of DescribeRefreshTasks, DescribeRefreshTaskById or DescribeVodRefreshTasks. */
export interface RefreshRow {
  readonly taskId: string | null;
  readonly path: string;
  /** `open`: Refreshing, Pending, and every word that no page knows. */
  readonly state: "complete" | "failed" | "open";
  readonly description: string;
}

/** `Tasks` is a list (ById), or holds one under CDNTask or Task: read wherever it stands. */
export function refreshRows(body: JsonObject): readonly RefreshRow[] {
  return taskLines(body.Tasks).flatMap((line) => {
    const path = isObject(line) ? textField(line, "ObjectPath") : null;
    if (!isObject(line) || path === null) return [];
    const description = textField(line, "Description") ?? "";
    return [{ taskId: textField(line, "TaskId"), path, state: stateOf(line), description }];
  });
}

/** The entries of a list of tasks, read by nobody yet. */
export function taskLines(tasks: Json | undefined): readonly Json[] {
  if (Array.isArray(tasks)) return tasks;
  if (!isObject(tasks)) return [];
  const inner = tasks.CDNTask ?? tasks.Task;
  return Array.isArray(inner) ? inner : [];
}

function stateOf(line: JsonObject): RefreshRow["state"] {
  const status = textField(line, "Status")?.toLowerCase();
  if (status === "complete") return "complete";
  return status === "failed" ? "failed" : "open";
}

/**
 * Those that will not change any more. A URL that is sent twice within a second has two rows under
 * one id: it is final when both are, since the earlier may be another batch's. A description counts
 * only on a failure: samples show Complete with "Internal Error".
 */
export function finalRows(rows: readonly RefreshRow[]): readonly Row[] {
  const open = new Set(rows.filter((row) => row.state === "open").map((row) => row.path));
  return rows.flatMap((row): readonly Row[] => {
    if (open.has(row.path)) return [];
    if (row.state === "complete") return [{ item: row.path, end: "confirmed", code: null, message: null }];
    return [{ item: row.path, end: "failed", ...failureWords(row.description) }];
  });
}

/** `Origin Timeout`, in older answers `OriginTimeout`: one code for both. */
function failureWords(description: string): { readonly code: string; readonly message: string | null } {
  const code = description.replaceAll(/\s+/g, "");
  return code === "" ? { code: "Failed", message: null } : { code, message: description };
}

/** Rows meet items by URL, whatever way the service writes it back: `http://A.com` is `http://a.com/`. */
export function matchByUrl(items: readonly string[], rows: readonly Row[]): readonly (Row | null)[] {
  return matchRows(items, rows, (path) => URL.parse(path)?.href ?? path);
}

/** How many rows there are in all; null: the answer does not say. */
export function totalCount(body: JsonObject): number | null {
  const total = Number(textField(body, "TotalCount") ?? Number.NaN);
  return Number.isSafeInteger(total) && total >= 0 ? total : null;
}
