import type { Wish } from "./trace.ts";

/** What a trace costs, and how long each of its targets waits for its call. */
export interface Outlay {
  readonly submits: number;
  readonly urlUnits: number;
  readonly directoryUnits: number;
  /** Null: it depends on how long the provider takes. */
  readonly waitsMs: readonly number[] | null;
}

const CALLS_A_SECOND = 50;
const MOST_URLS_A_CALL = 1000;
const MOST_DIRECTORIES_A_CALL = 100;

/** A call for each target, in the order in which they were asked for, as fast as Alibaba's limit allows. */
export function callForEach(trace: readonly Wish[]): Outlay {
  const waitsMs: number[] = [];
  let freeAtMs = 0;
  for (const { atMs, urls, directories } of trace) {
    for (let i = 0; i < urls.length + directories.length; i += 1) {
      const sentAtMs = Math.max(atMs, freeAtMs);
      freeAtMs = sentAtMs + 1000 / CALLS_A_SECOND;
      waitsMs.push(sentAtMs - atMs);
    }
  }
  return { submits: waitsMs.length, ...unitsOf(trace), waitsMs };
}

/** The provider's script, run for each intent: so many of a kind in a call. */
export function script(trace: readonly Wish[], inOneCall: number): Outlay {
  const submits = trace.reduce(
    (sum, { urls, directories }) =>
      sum + Math.ceil(urls.length / inOneCall) + Math.ceil(directories.length / inOneCall),
    0,
  );
  return { submits, ...unitsOf(trace), waitsMs: null };
}

/** What came within a window goes when it ends, each target once, in calls as full as they can be. */
export function windows(trace: readonly Wish[], windowMs: number): Outlay {
  const sum = { submits: 0, urlUnits: 0, directoryUnits: 0 };
  for (const wishes of Map.groupBy(trace, ({ atMs }) => Math.floor(atMs / windowMs)).values()) {
    const urls = new Set(wishes.flatMap((wish) => wish.urls)).size;
    const directories = new Set(wishes.flatMap((wish) => wish.directories)).size;
    sum.urlUnits += urls;
    sum.directoryUnits += directories;
    sum.submits += Math.ceil(urls / MOST_URLS_A_CALL) + Math.ceil(directories / MOST_DIRECTORIES_A_CALL);
  }
  const waitsMs = trace.flatMap(({ atMs, urls, directories }) =>
    [...urls, ...directories].map(() => windowMs - (atMs % windowMs)),
  );
  return { ...sum, waitsMs };
}

/** Nothing merges: a unit for each target. */
function unitsOf(trace: readonly Wish[]): { readonly urlUnits: number; readonly directoryUnits: number } {
  return {
    urlUnits: trace.reduce((sum, { urls }) => sum + urls.length, 0),
    directoryUnits: trace.reduce((sum, { directories }) => sum + directories.length, 0),
  };
}
