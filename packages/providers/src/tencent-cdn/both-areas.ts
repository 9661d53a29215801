import { createHash } from "node:crypto";
import type { Json, Row } from "@purgeline/core";
import { isObject } from "../shared/json.ts";
import { type Log, rowsOf } from "./row-url.ts";

/*
 * A push to `global` is done when both areas are. Its records say `global`, or each names one area
 * (PushTask.Area in tencentcloud-sdk-nodejs-cdn 4.0.948 has all three; no page says which it is).
 * The two records of a URL may stand on different pages, so what one page leaves half done is
 * carried to the next one in the task's state.
 */

const AREAS: readonly (string | null)[] = ["mainland", "overseas", "global"];

export interface AreaLog extends Log {
  readonly area: string | null;
}

/** A record that is done, nobody knows where, is as good as an open one. */
export function areaLog(log: Log, area: string | null): AreaLog {
  return { ...log, area, end: log.end === "confirmed" && !AREAS.includes(area) ? null : log.end };
}

/** Digests of the URLs that are done in this area, and not yet in the other one. */
export type HalfDone = Readonly<Record<"mainland" | "overseas", readonly string[]>>;

/** One row for each URL that has failed in an area or is done in both, and what is half done after these records. */
export function readBothAreas(
  logs: readonly AreaLog[],
  before: HalfDone,
): { readonly rows: readonly Row[]; readonly halfDone: HalfDone } {
  const mainland = new Set(before.mainland);
  const overseas = new Set(before.overseas);
  for (const { url, end, area } of logs) {
    if (end !== "confirmed") continue;
    if (area !== "overseas") mainland.add(digestOf(url));
    if (area !== "mainland") overseas.add(digestOf(url));
  }
  const isDone = (url: string): boolean => mainland.has(digestOf(url)) && overseas.has(digestOf(url));
  const rows = [...Map.groupBy(logs, ({ url }) => url)].flatMap(([url, records]) => {
    const failed = records.find(({ end }) => end === "failed");
    if (failed !== undefined) return rowsOf(failed);
    const [first] = records;
    const isOpen = first === undefined || records.some(({ end }) => end === null) || !isDone(url);
    return isOpen ? [] : rowsOf(first);
  });
  const halfDone = {
    mainland: [...mainland].filter((each) => !overseas.has(each)),
    overseas: [...overseas].filter((each) => !mainland.has(each)),
  };
  return { rows, halfDone };
}

/** As a task's state carries it. */
export function halfDoneOf(state: Json | undefined): HalfDone {
  const listed = (value: Json | undefined): readonly string[] =>
    Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  const { mainland, overseas } = state !== undefined && isObject(state) ? state : {};
  return { mainland: listed(mainland), overseas: listed(overseas) };
}

/** 72 bits tell the URLs of one task apart in a tenth of their length. */
function digestOf(url: string): string {
  return createHash("sha256").update(url).digest("base64url").slice(0, 12);
}
