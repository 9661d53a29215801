import type { JsonObject, Progress, Row, Task } from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { type Entry, splitPlan, tasksOf, urlDigest } from "./media-plan.ts";

/**
 * What a job's answer told. Its `success` means that a media's URLs were submitted, not that they
 * are done: their task ids are asked next. A media that is not listed, or has no ids yet, is not
 * submitted yet; then the job is asked again, for that media alone.
 */
export function jobProgress(body: JsonObject, task: Task): Progress {
  const wanted = mediaOf(task);
  const lines = objectList(body, "MediaRefreshJobs");
  const failed = failedRows(lines, wanted);
  const ended = new Set(failed.map((row) => row.item));
  const plan = new Map<string, readonly Entry[]>();
  for (const media of wanted) {
    const entries = lines
      .filter((line) => textField(line, "MediaId") === media && isSubmitted(line))
      .flatMap(entriesOf);
    if (!ended.has(media) && entries.length > 0) plan.set(media, entries);
  }
  const left = wanted.filter((media) => !ended.has(media) && !plan.has(media));
  const again: readonly Task[] = left.length === 0 ? [] : [{ ...task, state: { media: left } }];
  return { rows: failed, next: [...splitPlan(plan).flatMap(tasksOf), ...again] };
}

function mediaOf(task: Task): readonly string[] {
  const media = task.state?.media;
  return Array.isArray(media) ? media.filter((id) => typeof id === "string") : [];
}

function failedRows(lines: readonly JsonObject[], wanted: readonly string[]): readonly Row[] {
  return lines.flatMap((line) => {
    const media = textField(line, "MediaId");
    if (media === null || !wanted.includes(media) || statusOf(line) !== "fail") return [];
    const code = textField(line, "ErrorCode") ?? "fail";
    return [{ item: media, end: "failed", code, message: textField(line, "ErrorMessage") }];
  });
}

function isSubmitted(line: JsonObject): boolean {
  return statusOf(line) === "success";
}

function statusOf(line: JsonObject): string {
  return (textField(line, "Status") ?? "").toLowerCase();
}

/** One URL, one id (VOD3), if the lists are equally long; a comma in a URL splits it in two, and then only the ids can be trusted. */
function entriesOf(line: JsonObject): readonly Entry[] {
  const ids = listOf(line, "TaskIds");
  const urls = listOf(line, "SuccessPlayUrls");
  if (ids.length === urls.length)
    return ids.map((taskId, index) => ({ taskId, url: urlDigest(urls[index] ?? "") }));
  return [...new Set(ids)].map((taskId) => ({ taskId, url: "" }));
}

/** Not `idList`: equal ids of two URLs must stay two entries. */
function listOf(line: JsonObject, name: string): readonly string[] {
  const entries = (textField(line, name) ?? "").split(",").map((entry) => entry.trim());
  return entries.filter((entry) => entry !== "");
}
