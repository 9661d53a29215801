import type { Json, JsonObject, Progress, Task } from "@purgeline/core";
import { rowsExpected } from "./expected-rows.ts";
import { finalRows, refreshRows, totalCount } from "./refresh-rows.ts";

/** The page that a task asks for next; absent: the first. */
export function pageOf(task: Task): number {
  return positive(task.state?.page) ?? 1;
}

function positive(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/**
 * What one page of a paged task list told. A page with an open row is asked again, and only once
 * the first page is final are the others asked, side by side: while the task runs, its first page
 * alone says so, at one call instead of ten. A list shorter than the batch is not yet whole.
 */
export function pageProgress(body: JsonObject, task: Task, pageSize: number): Progress {
  const rows = refreshRows(body);
  const final = finalRows(rows);
  if (rows.length === 0 || final.length < rows.length) return { rows: final, next: [task] };
  const page = pageOf(task);
  const total = totalCount(body);
  const known = total ?? (rows.length < pageSize ? rows.length : Number.POSITIVE_INFINITY);
  if (page === 1 && known < rowsExpected(task, rows)) return { rows: final, next: [task] };
  return { rows: final, next: pagesAfter(page, rows.length, total, pageSize).map((n) => at(task, n)) };
}

function pagesAfter(page: number, rows: number, total: number | null, pageSize: number): readonly number[] {
  if (total === null) return rows < pageSize ? [] : [page + 1];
  if (page > 1) return [];
  return Array.from({ length: Math.max(0, Math.ceil(total / pageSize) - 1) }, (_, index) => index + 2);
}

function at(task: Task, page: number): Task {
  return { ...task, state: { ...task.state, page } };
}
