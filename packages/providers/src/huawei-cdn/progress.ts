import { type JsonObject, matchRows, type Progress, type Row, type Task } from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { PAGE_SIZE } from "./table.ts";

/**
 * `task_done` ends a task, whatever became of its URLs: the rows say that. Until then its first page is asked
 * again; the other pages, which a batch above the page's size has, are asked once it is done.
 */
export function progressOf(task: Task, body: JsonObject): Progress {
  const listed = objectList(body, "urls");
  const rows = listed.map(rowOf).filter((row) => row !== null);
  const isDone = textField(body, "status")?.toLowerCase() === "task_done";
  if (!isDone || listed.length === 0 || rows.length < listed.length) return { rows, next: [task] };
  const page = pageOf(task);
  const total = Number(textField(body, "total") ?? Number.NaN);
  const seen = (page - 1) * PAGE_SIZE + listed.length;
  return { rows, next: seen < total ? [{ ...task, state: { page: page + 1 } }] : [] };
}

/** The page that a task asks for next. */
export function pageOf({ state }: Task): number {
  return typeof state?.page === "number" ? state.page : 1;
}

/** Waiting, processing, refreshing, preheating and words that nobody listed are not final: null. */
function rowOf(result: JsonObject): Row | null {
  const item = textField(result, "url");
  const status = textField(result, "status")?.toLowerCase();
  if (item === null) return null;
  if (status === "succeed") return { item, end: "confirmed", code: null, message: null };
  if (status !== "failed") return null;
  const code = textField(result, "fail_classify") ?? status;
  return { item, end: "failed", code, message: textField(result, "fail_desc") };
}

export function matchCdnRows(items: readonly string[], rows: readonly Row[]): readonly (Row | null)[] {
  return matchRows(items, rows, (item) => URL.parse(item)?.href ?? item);
}
