import type { JsonObject, Progress, Row, Task } from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { type Media, splitPlan, tasksOf, urlDigest } from "./media-plan.ts";

/** A URL may have commas of its own: only one before a scheme parts two URLs. */
const URL_COMMA = /,(?=\s*https?:\/\/)/i;

/**
 * What a job's answer told. Its `success` means that a media's URLs were submitted, not that they
 * are done: their task ids are asked next. A media that is not listed, or has no ids or URLs yet, is
 * not known to be submitted; then the job is asked again, for that media alone.
 */
export function jobProgress(body: JsonObject, task: Task): Progress {
  const wanted = wantedOf(task);
  const lines = objectList(body, "MediaRefreshJobs");
  const failed = failedRows(lines, wanted);
  const ended = new Set(failed.map((row) => row.item));
  const plan = new Map<string, Media>();
  for (const id of wanted) {
    const media = submittedOf(lines.filter((line) => textField(line, "MediaId") === id));
    if (!ended.has(id) && media !== null) plan.set(id, media);
  }
  const left = wanted.filter((media) => !ended.has(media) && !plan.has(media));
  const again: readonly Task[] = left.length === 0 ? [] : [{ ...task, state: { media: left } }];
  return { rows: failed, next: [...splitPlan(plan).flatMap(tasksOf), ...again] };
}

function wantedOf(task: Task): readonly string[] {
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

function statusOf(line: JsonObject): string {
  return (textField(line, "Status") ?? "").toLowerCase();
}

/** null: some line of the media does not say yet what was submitted for it, and as what. */
function submittedOf(lines: readonly JsonObject[]): Media | null {
  const read = lines.map(mediaOfLine);
  const media = read.filter((each) => each !== null);
  if (media.length === 0 || media.length < read.length) return null;
  return {
    ids: [...new Set(media.flatMap(({ ids }) => ids))],
    read: [],
    urls: media.flatMap(({ urls }) => urls),
  };
}

/** One URL, one id (VOD3), if the lists are equally long; otherwise any id may be any URL's. Equal ids of two URLs stay two. */
function mediaOfLine(line: JsonObject): Media | null {
  const ids = listOf(line, "TaskIds", ",");
  const urls = listOf(line, "SuccessPlayUrls", URL_COMMA);
  const [first] = ids;
  if (statusOf(line) !== "success" || first === undefined || urls.length === 0) return null;
  const paired = ids.length === urls.length ? ids : [];
  const entries = urls.map((url, index) => {
    const taskId = paired[index] ?? first;
    return { taskId, url: urlDigest(url), home: taskId };
  });
  return { ids, read: [], urls: entries };
}

function listOf(line: JsonObject, name: string, comma: string | RegExp): readonly string[] {
  const entries = (textField(line, name) ?? "").split(comma).map((entry) => entry.trim());
  return entries.filter((entry) => entry !== "");
}
