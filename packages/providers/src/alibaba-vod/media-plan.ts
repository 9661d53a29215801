import { createHash } from "node:crypto";
import type { Json, JsonObject, Task } from "@purgeline/core";
import { isObject } from "../shared/json.ts";

/**
 * One playback URL that is still to be seen, by its digest. It lives in a poll task, so 8 characters
 * stand for a URL: 48 bits for some hundred URLs.
 */
export interface Entry {
  /** Under which of the media's ids it is looked for now. */
  readonly taskId: string;
  readonly url: string;
  /** The id that is asked until it is listed, when no id lists it. */
  readonly home: string;
}

/**
 * What is still to be seen of one media. A task id is shared by all URLs of one domain and second,
 * other people's among them, so only a row with its URL is the media's.
 */
export interface Media {
  /** Every task id that the job gave for it. */
  readonly ids: readonly string[];
  /** Those of several ids whose lists were read to their ends. */
  readonly read: readonly string[];
  readonly urls: readonly Entry[];
}
export type MediaPlan = ReadonlyMap<string, Media>;

export function urlDigest(url: string): string {
  return createHash("sha256")
    .update(URL.parse(url)?.href ?? url)
    .digest("base64url")
    .slice(0, 8);
}

/** Asks for the first task id that the plan still needs, from its first page; none: everything has been seen. */
export function tasksOf(plan: MediaPlan): readonly Task[] {
  const [first] = [...plan.values()].flatMap((media) => media.urls);
  if (first === undefined) return [];
  return [{ call: "DescribeVodRefreshTasks", id: first.taskId, state: { media: planJson(plan) } }];
}

export function planJson(plan: MediaPlan): JsonObject {
  return Object.fromEntries(
    [...plan].map(([id, { ids, read, urls }]) => [id, { ids, read, urls: urls.map(entryText) }]),
  );
}

/** null: the task is not about media. */
export function planOf(task: Task): MediaPlan | null {
  const media = task.state?.media;
  if (!isObject(media)) return null;
  return new Map(Object.entries(media).map(([id, left]) => [id, mediaOf(isObject(left) ? left : {})]));
}

function mediaOf(left: JsonObject): Media {
  return { ids: textsOf(left.ids), read: textsOf(left.read), urls: textsOf(left.urls).map(entryOf) };
}

function textsOf(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
}

function entryText({ taskId, url, home }: Entry): string {
  return home === taskId ? `${taskId} ${url}` : `${taskId} ${url} ${home}`;
}

function entryOf(text: string): Entry {
  const [taskId = "", url = "", home = taskId] = text.split(" ");
  return { taskId, url, home };
}

/**
 * Plans that share no task id, to be asked side by side. Media with a common id stay together:
 * one query answers for all of them.
 */
export function splitPlan(plan: MediaPlan): readonly MediaPlan[] {
  let groups: { readonly ids: Set<string>; readonly plan: Map<string, Media> }[] = [];
  for (const [id, media] of plan) {
    const merged = { ids: new Set(media.ids), plan: new Map([[id, media]]) };
    const [touching, apart] = partition(groups, (group) => media.ids.some((each) => group.ids.has(each)));
    for (const group of touching) {
      for (const shared of group.ids) merged.ids.add(shared);
      for (const [other, others] of group.plan) merged.plan.set(other, others);
    }
    groups = [...apart, merged];
  }
  return groups.map((group) => group.plan);
}

function partition<T>(list: readonly T[], test: (value: T) => boolean): [T[], T[]] {
  return [list.filter(test), list.filter((value) => !test(value))];
}
