import type { Json, JsonObject, Progress, Task } from "@purgeline/core";
import { rowsExpected } from "./expected-rows.ts";
import { finalRows, refreshRows, totalCount } from "./refresh-rows.ts";

/** The page that a task asks for next; absent: the first. */
export function pageOf(task: Task): number {
  return positive(task.state?.page) ?? 1;
}

/**
 * How many rows a page of this task's list holds. A service may cap pages below what was asked:
 * a first page that is shorter than its list shows at how many.
 */
export function pageSizeOf(task: Task, rows: number, total: number | null, asked: number): number {
  const capped = pageOf(task) === 1 && rows > 0 && rows < asked && total !== null && rows < total;
  return positive(task.state?.size) ?? (capped ? rows : asked);
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
  const size = pageSizeOf(task, rows.length, total, pageSize);
  const known = total ?? (rows.length < pageSize ? rows.length : Number.POSITIVE_INFINITY);
  if (page === 1 && known < rowsExpected(task, rows)) return { rows: final, next: [task] };
  return { rows: final, next: pagesAfter(page, rows.length, total, size).map((n) => at(task, n)) };
}

function pagesAfter(page: number, rows: number, total: number | null, pageSize: number): readonly number[] {
  if (total === null) return rows < pageSize ? [] : [page + 1];
  if (page > 1) return [];
  return Array.from({ length: Math.max(0, Math.ceil(total / pageSize) - 1) }, (_, index) => index + 2);
}

function at(task: Task, page: number): Task {
  return { ...task, state: { ...task.state, page } };
}
