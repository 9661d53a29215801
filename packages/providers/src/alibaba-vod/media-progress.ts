import type { JsonObject, Progress, Row, Task } from "@purgeline/core";
import { pageOf, pageSizeOf } from "../shared/alibaba/page-progress.ts";
import { finalRows, type RefreshRow, refreshRows, totalCount } from "../shared/alibaba/refresh-rows.ts";
import { type Entry, type MediaPlan, planJson, tasksOf, urlDigest } from "./media-plan.ts";
import { PAGE_SIZE } from "./table.ts";

interface Words {
  readonly code: string | null;
  readonly message: string | null;
}

/** A media's end is known when it failed, or when no URL of it is left to be seen. */
interface Seen {
  readonly rows: readonly Row[];
  readonly left: MediaPlan;
}

/** What one page of one task id told about the media whose URLs it carries. */
export function mediaProgress(body: JsonObject, task: Task, plan: MediaPlan): Progress {
  const page = refreshRows(body);
  const seen = lookAt(plan, task.id, page);
  const missing = [...seen.left.values()].flat().filter((entry) => entry.taskId === task.id).length;
  if (missing === 0) return { rows: seen.rows, next: tasksOf(seen.left) };
  const again: Task = { ...task, state: { ...task.state, media: planJson(seen.left) } };
  const all = totalCount(body) ?? page.length;
  const isOpen = page.length === 0 || page.some((row) => row.state === "open") || all < missing;
  if (isOpen) return { rows: seen.rows, next: [again] };
  const failure = failureOn(page) ?? failureSeen(task);
  const size = pageSizeOf(task, page.length, all, PAGE_SIZE);
  if (pageOf(task) * size < all) {
    const state = {
      ...again.state,
      page: pageOf(task) + 1,
      size,
      ...(failure === null ? {} : { failed: failure.code }),
    };
    return { rows: seen.rows, next: [{ ...again, state }] };
  }
  const rest = byWholeTask(seen.left, task.id, failure);
  const [unlisted, others] = parted(rest.left, task.id);
  return { rows: [...seen.rows, ...rest.rows], next: [...onceMore(again, unlisted), ...tasksOf(others)] };
}

/** Media whose URLs this task id should list and does not, and those that wait for other ids alone. */
function parted(plan: MediaPlan, taskId: string): readonly [MediaPlan, MediaPlan] {
  const waits = (entries: readonly Entry[]): boolean => entries.some((entry) => entry.taskId === taskId);
  const media = [...plan];
  return [
    new Map(media.filter(([, entries]) => waits(entries))),
    new Map(media.filter(([, entries]) => !waits(entries))),
  ];
}

/** The page that was asked last: where something is listed later, the list ends later. */
function onceMore(again: Task, plan: MediaPlan): readonly Task[] {
  return plan.size === 0 ? [] : [{ ...again, state: { ...again.state, media: planJson(plan) } }];
}

/** Strikes out the URLs that this page shows as complete; one that failed fails its media. */
function lookAt(plan: MediaPlan, taskId: string, page: readonly RefreshRow[]): Seen {
  const final = new Map(finalRows(page).map((row) => [urlDigest(row.item ?? ""), row]));
  return sift(plan, (entry) => (entry.taskId === taskId ? (final.get(entry.url) ?? null) : null));
}

/**
 * The task id is read to its end and all of it is final, and the job did not say which URLs of ours it
 * carries: when everything is complete so are those; when something failed it may be one of them, and
 * failed is the careful answer. A URL that the job named and the list does not is not known to be done:
 * what is listed may be another batch's of the same second.
 */
function byWholeTask(plan: MediaPlan, taskId: string, failure: Words | null): Seen {
  const verdict: Row = {
    item: null,
    end: failure === null ? "confirmed" : "failed",
    code: null,
    message: null,
    ...failure,
  };
  return sift(plan, (entry) => (entry.taskId === taskId && entry.url === "" ? verdict : null));
}

function sift(plan: MediaPlan, verdictOf: (entry: Entry) => Row | null): Seen {
  const rows: Row[] = [];
  const left = new Map<string, readonly Entry[]>();
  for (const [media, entries] of plan) {
    const failure = entries.map(verdictOf).find((row) => row?.end === "failed");
    const open = entries.filter((entry) => verdictOf(entry) === null);
    if (failure) rows.push({ ...failure, item: media });
    else if (open.length === 0) rows.push({ item: media, end: "confirmed", code: null, message: null });
    else left.set(media, open);
  }
  return { rows, left };
}

function failureOn(page: readonly RefreshRow[]): Words | null {
  const row = finalRows(page).find((candidate) => candidate.end === "failed");
  return row === undefined ? null : { code: row.code, message: row.message };
}

/** A failure on an earlier page of this task id. */
function failureSeen(task: Task): Words | null {
  const code = task.state?.failed;
  return typeof code === "string" ? { code, message: null } : null;
}
