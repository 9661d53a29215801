import type { JsonObject, Progress, Row, Task } from "@purgeline/core";
import { pageOf, pageSizeOf } from "../shared/alibaba/page-progress.ts";
import { finalRows, type RefreshRow, refreshRows, totalCount } from "../shared/alibaba/refresh-rows.ts";
import { type Media, type MediaPlan, planJson, tasksOf, urlDigest } from "./media-plan.ts";
import { PAGE_SIZE } from "./table.ts";

/** A media's end is known when it failed, or when no URL of it is left to be seen. */
interface Seen {
  readonly rows: readonly Row[];
  readonly left: MediaPlan;
}

/** What one page of one task id told about the media whose URLs it carries. */
export function mediaProgress(body: JsonObject, task: Task, plan: MediaPlan): Progress {
  const page = refreshRows(body);
  const { rows, left } = lookAt(plan, task.id, page);
  if (!isAskedBy(left, task.id)) return { rows, next: tasksOf(left) };
  const again: Task = { ...task, state: { ...task.state, media: planJson(left) } };
  const all = totalCount(body) ?? page.length;
  const isOpen = page.length === 0 || page.some((row) => row.state === "open");
  if (isOpen || all < atHome(left, task.id)) return { rows, next: [again] };
  const size = pageSizeOf(task, page.length, all, PAGE_SIZE);
  if (pageOf(task) * size < all) {
    return { rows, next: [{ ...again, state: { ...again.state, page: pageOf(task) + 1, size } }] };
  }
  const [unlisted, others] = parted(walkOn(left, task.id), task.id);
  return { rows, next: [...onceMore(again, unlisted), ...tasksOf(others)] };
}

function isAskedBy(plan: MediaPlan, taskId: string): boolean {
  return [...plan.values()].some(({ urls }) => urls.some((entry) => entry.taskId === taskId));
}

/** How many URLs this id must list: those of media that have no other. */
function atHome(plan: MediaPlan, taskId: string): number {
  const alone = [...plan.values()].filter(({ ids }) => ids.length === 1 && ids[0] === taskId);
  return alone.flatMap(({ urls }) => urls).length;
}

/**
 * The id's list was read to its end, all of it final: what it does not list is looked for under the
 * media's ids that were not read yet, then asked for where the job seemed to put it. That the job's two
 * lists have one order is unconfirmed. Never in a circle: a task that changes is asked again at once.
 */
function walkOn(plan: MediaPlan, taskId: string): MediaPlan {
  const walked = [...plan].map(([id, media]): readonly [string, Media] => {
    if (media.ids.length === 1 || !media.ids.includes(taskId)) return [id, media];
    const read = [...new Set([...media.read, taskId])];
    const unread = media.ids.find((each) => !read.includes(each));
    const urls = media.urls.map((entry) =>
      entry.taskId === taskId ? { ...entry, taskId: unread ?? entry.home } : entry,
    );
    return [id, { ...media, read, urls }];
  });
  return new Map(walked);
}

/** Media whose URLs this task id should list and does not, and those that wait for other ids alone. */
function parted(plan: MediaPlan, taskId: string): readonly [MediaPlan, MediaPlan] {
  const waits = ({ urls }: Media): boolean => urls.some((entry) => entry.taskId === taskId);
  const media = [...plan];
  return [
    new Map(media.filter(([, each]) => waits(each))),
    new Map(media.filter(([, each]) => !waits(each))),
  ];
}

/** The page that was asked last: where something is listed later, the list ends later. */
function onceMore(again: Task, plan: MediaPlan): readonly Task[] {
  return plan.size === 0 ? [] : [{ ...again, state: { ...again.state, media: planJson(plan) } }];
}

/** Strikes out the URLs that this page shows as complete; one that failed fails its media. */
function lookAt(plan: MediaPlan, taskId: string, page: readonly RefreshRow[]): Seen {
  const final = finalByUrl(page);
  const rows: Row[] = [];
  const left = new Map<string, Media>();
  for (const [id, media] of plan) {
    const told = media.ids.includes(taskId) ? final : new Map<string, Row>();
    const failure = media.urls.map(({ url }) => told.get(url)).find((row) => row?.end === "failed");
    const urls = media.urls.filter(({ url }) => !told.has(url));
    const isComplete = urls.length === 0 && media.urls.length > 0;
    if (failure) rows.push({ ...failure, item: id });
    else if (isComplete) rows.push({ item: id, end: "confirmed", code: null, message: null });
    else left.set(id, { ...media, urls });
  }
  return { rows, left };
}

/** By the URL's digest. Of two rows of one URL, a failure counts. */
function finalByUrl(page: readonly RefreshRow[]): ReadonlyMap<string, Row> {
  const rows = finalRows(page);
  const ordered = [
    ...rows.filter(({ end }) => end === "confirmed"),
    ...rows.filter(({ end }) => end === "failed"),
  ];
  return new Map(ordered.map((row) => [urlDigest(row.item ?? ""), row]));
}
