import type { HttpReply, Progress, Row, Task } from "@purgeline/core";
import { alibabaVod } from "./index.ts";

interface Line {
  readonly media: string;
  readonly urls?: readonly string[];
  readonly ids?: readonly string[];
  readonly status?: string;
}

export function told(body: object, task: Task): Progress {
  const reply: HttpReply = { status: 200, headers: {}, body: JSON.stringify(body) };
  const answer = alibabaVod.poll.decode(reply, [task]);
  const [progress] = answer.kind === "progress" ? answer.tasks : [];
  if (progress === undefined) throw new Error(`no progress: ${JSON.stringify(answer)}`);
  return progress;
}

export function job(...media: readonly string[]): Task {
  return { call: "GetMediaRefreshJobs", id: "job", state: { media } };
}

export function jobReply(...lines: readonly Line[]): object {
  return {
    MediaRefreshJobs: lines.map(({ media, urls = [], ids = [], status = "success" }) => ({
      MediaId: media,
      Status: status,
      SuccessPlayUrls: urls.join(","),
      TaskIds: ids.join(","),
      ErrorCode: status === "fail" ? "PreloadQueueFull" : "",
      ErrorMessage: status === "fail" ? "The queue is full." : "",
    })),
  };
}

export function page(
  rows: readonly (readonly [url: string, status: string])[],
  TotalCount = rows.length,
): object {
  const Task = rows.map(([ObjectPath, Status]) => ({ TaskId: "x", ObjectPath, Status, Description: "" }));
  return { Tasks: { Task }, TotalCount };
}

export function onlyTask({ next }: Progress): Task {
  const [task, ...others] = next;
  if (task === undefined || others.length > 0) throw new Error(`not one task: ${JSON.stringify(next)}`);
  return task;
}

export function confirmed(item: string): Row {
  return { item, end: "confirmed", code: null, message: null };
}

/** The one task that a job with these lines leads to. */
export function asked(...lines: readonly Line[]): Task {
  return onlyTask(told(jobReply(...lines), job(...lines.map(({ media }) => media))));
}
