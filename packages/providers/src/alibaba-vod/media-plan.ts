import { createHash } from "node:crypto";
import type { JsonObject, Task } from "@purgeline/core";
import { isObject } from "../shared/json.ts";

/**
 * What is still to be seen of some media: for each of its playback URLs the task id that carries
 * it and the URL's digest, since a task id is shared by all URLs of one domain and second, other
 * people's among them. It lives in a poll task, so 8 characters stand for a URL: 48 bits for some
 * hundred URLs.
 */
export interface Entry {
  readonly taskId: string;
  /** Empty: the answer did not say which URL is whose. */
  readonly url: string;
}
export type MediaPlan = ReadonlyMap<string, readonly Entry[]>;

export function urlDigest(url: string): string {
  return createHash("sha256")
    .update(URL.parse(url)?.href ?? url)
    .digest("base64url")
    .slice(0, 8);
}

/** Asks for the first task id that the plan still needs, from its first page; none: everything has been seen. */
export function tasksOf(plan: MediaPlan): readonly Task[] {
  const [first] = [...plan.values()].flat();
  if (first === undefined) return [];
  return [{ call: "DescribeVodRefreshTasks", id: first.taskId, state: { media: planJson(plan) } }];
}

export function planJson(plan: MediaPlan): JsonObject {
  return Object.fromEntries([...plan].map(([media, entries]) => [media, entries.map(entryText)]));
}

/** null: the task is not about media. */
export function planOf(task: Task): MediaPlan | null {
  const media = task.state?.media;
  if (!isObject(media)) return null;
  return new Map(
    Object.entries(media).map(([id, entries]) => [id, Array.isArray(entries) ? entries.map(entryOf) : []]),
  );
}

function entryText(entry: Entry): string {
  return `${entry.taskId} ${entry.url}`;
}

function entryOf(text: unknown): Entry {
  const [taskId = "", url = ""] = String(text).split(" ");
  return { taskId, url };
}

/**
 * Plans that share no task id, to be asked side by side. Media with a common id stay together:
 * one query answers for all of them.
 */
export function splitPlan(plan: MediaPlan): readonly MediaPlan[] {
  let groups: { readonly ids: Set<string>; readonly plan: Map<string, readonly Entry[]> }[] = [];
  for (const [media, entries] of plan) {
    const merged = { ids: new Set(entries.map((entry) => entry.taskId)), plan: new Map([[media, entries]]) };
    const [touching, apart] = partition(groups, (group) =>
      entries.some((entry) => group.ids.has(entry.taskId)),
    );
    for (const group of touching) {
      for (const id of group.ids) merged.ids.add(id);
      for (const [other, others] of group.plan) merged.plan.set(other, others);
    }
    groups = [...apart, merged];
  }
  return groups.map((group) => group.plan);
}

function partition<T>(list: readonly T[], test: (value: T) => boolean): [T[], T[]] {
  return [list.filter(test), list.filter((value) => !test(value))];
}
