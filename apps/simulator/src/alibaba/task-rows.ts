import type { TaskRow, TaskView } from "../kernel/tasks.ts";

/** One line of a task list, as the service writes it: every field a text. */
export interface TaskLine {
  readonly TaskId: string;
  readonly ObjectPath: string;
  readonly ObjectType: string;
  readonly Status: "Complete" | "Refreshing" | "Failed" | "Pending";
  readonly Process: string;
  readonly CreationTime: string;
  readonly Description: string;
}

/** `hasPending`: only the query by id knows the word Pending, for what has not begun. */
export function taskLines(view: TaskView, hasPending: boolean): readonly TaskLine[] {
  return view.rows.map((row) => ({
    TaskId: view.id,
    ObjectPath: row.item,
    ObjectType: String(row.note.kind ?? ""),
    Status: statusOf(row, hasPending),
    Process: progressOf(row),
    CreationTime: `${new Date(row.createdAtMs).toISOString().slice(0, 19)}Z`,
    Description: row.status === "failed" ? "Origin Timeout" : "",
  }));
}

/** Under way it is a fraction, as in the sample of the operation's page: `99.37%`. */
function progressOf({ percent }: TaskRow): string {
  return percent === 0 || percent === 100 ? `${percent}%` : `${percent}.37%`;
}

function statusOf({ status, percent }: TaskRow, hasPending: boolean): TaskLine["Status"] {
  if (status === "succeeded") return "Complete";
  if (status === "failed") return "Failed";
  return hasPending && percent === 0 ? "Pending" : "Refreshing";
}
