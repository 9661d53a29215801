import type { JsonObject, Row } from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { parseBeijingTime } from "./beijing-time.ts";
import type { Log } from "./row-url.ts";

/** The two logs of v2: the second one tells what was purged overseas, by other numbers and one URL a record. */
export const HOME_LOG = "GetCdnRefreshLog";
export const OVERSEAS_LOG = "GetCdnOverseaRefreshLog";

/** GetCdnRefreshLog: 1 done, 0 running. GetCdnOverseaRefreshLog: 2 done, 1 running. In both: negative failed. */
function endOf(log: string, status: string): Row["end"] | null {
  if (status === (log === OVERSEAS_LOG ? "2" : "1")) return "confirmed";
  return /^-\d+$/.test(status) ? "failed" : null;
}

/** The records of an answer, one `Log` for each URL that they list. */
export function logsOf(log: string, data: JsonObject): readonly Log[] {
  return objectList(data, "logs").flatMap((record) => logsOfRecord(log, record));
}

/**
 * Of each URL its first record since the submit: that is this batch's, a later one is another's.
 * `type`: "0" URLs, "1" directories; a record that does not say what it is about counts.
 */
export function firstLogsSince(log: string, data: JsonObject, sinceMs: number, type: string): readonly Log[] {
  const firsts = new Map<string, { readonly createdAtMs: number; readonly log: Log }>();
  for (const record of objectList(data, "logs")) {
    const createdAtMs = parseBeijingTime(textField(record, "datetime") ?? "") ?? 0;
    if (createdAtMs < sinceMs || (textField(record, "type") ?? type) !== type) continue;
    for (const each of logsOfRecord(log, record)) {
      const isFirst = createdAtMs < (firsts.get(each.url)?.createdAtMs ?? Number.POSITIVE_INFINITY);
      if (isFirst) firsts.set(each.url, { createdAtMs, log: each });
    }
  }
  return [...firsts.values()].map(({ log: first }) => first);
}

function logsOfRecord(log: string, record: JsonObject): readonly Log[] {
  const word = textField(record, "status") ?? "";
  return urlsOf(record).map((url) => ({ url, end: endOf(log, word), word }));
}

/** The URLs that a record of either log is about. */
export function urlsOf({ url, url_list: list }: JsonObject): readonly string[] {
  const urls = Array.isArray(list) ? list : [url];
  return urls.filter((each) => typeof each === "string");
}
