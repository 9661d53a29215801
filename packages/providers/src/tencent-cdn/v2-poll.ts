import type { CallContext, HttpReply, HttpRequest, JsonObject, PollAnswer, Task } from "@purgeline/core";
import { objectList, textField } from "../shared/json.ts";
import { beijingTime, parseBeijingTime } from "./beijing-time.ts";
import { finalRows, type Log } from "./row-url.ts";
import { openV2 } from "./v2-reply.ts";
import { v2Request } from "./v2-request.ts";

const MINUTE_MS = 60_000;

/** A task without an id of its own: the directories submitted, and since when their records count. */
interface TimeWindow {
  readonly sinceMs: number;
  readonly dirs: readonly string[];
}

/** v2 has no pages: one query tells all records of a task. */
export function encodeV2Poll(task: Task, call: CallContext): HttpRequest {
  const window = windowOf(task);
  if (window === null) return v2Request(task.call, [["taskId", task.id]], call);
  const { sinceMs } = window;
  const dates = [
    ["startDate", beijingTime(sinceMs)],
    ["endDate", beijingTime(sinceMs + MINUTE_MS)],
  ] as const;
  return v2Request(task.call, dates, call);
}

export function decodeV2Poll(reply: HttpReply, body: JsonObject, task: Task): PollAnswer {
  const answer = openV2(reply, body, null);
  if (!answer.ok) return answer.failure;
  const window = windowOf(task);
  const records = objectList(answer.data, "logs");
  const wanted = window === null ? records.flatMap(logsOf) : firstLogsOf(records, window);
  const rows = finalRows(wanted);
  const isComplete = new Set(rows.map(({ item }) => item)).size >= (window?.dirs.length ?? urlsOf(task));
  const isOpen = wanted.length === 0 || wanted.some(({ end }) => end === null) || !isComplete;
  return { kind: "progress", tasks: [{ rows, next: isOpen ? [task] : [] }], requestId: null };
}

/** For each directory its first record since the submit: that is this batch's, a later one is another's. */
function firstLogsOf(records: readonly JsonObject[], { sinceMs, dirs }: TimeWindow): readonly Log[] {
  const firsts = new Map<string, { readonly createdAtMs: number; readonly log: Log }>();
  for (const record of records) {
    const createdAtMs = parseBeijingTime(textField(record, "datetime") ?? "") ?? 0;
    if (textField(record, "type") !== "1" || createdAtMs < sinceMs) continue;
    for (const log of logsOf(record)) {
      const isFirst = createdAtMs < (firsts.get(log.url)?.createdAtMs ?? Number.POSITIVE_INFINITY);
      if (isFirst && dirs.includes(log.url)) firsts.set(log.url, { createdAtMs, log });
    }
  }
  return [...firsts.values()].map(({ log }) => log);
}

/** One record lists the URLs of one host and has one status: 1 done, 0 running, negative failed. */
function logsOf(record: JsonObject): readonly Log[] {
  const word = textField(record, "status") ?? "";
  const end = word === "1" ? "confirmed" : /^-\d+$/.test(word) ? "failed" : null;
  const list = record.url_list;
  const urls = Array.isArray(list) ? list.filter((url) => typeof url === "string") : [];
  return urls.map((url) => ({ url, end, word }));
}

function urlsOf({ state }: Task): number {
  const urls = state?.urls;
  return typeof urls === "number" ? urls : 0;
}

function windowOf({ state }: Task): TimeWindow | null {
  const sinceMs = state?.sinceMs;
  const dirs = state?.dirs;
  if (typeof sinceMs !== "number" || !Array.isArray(dirs)) return null;
  return { sinceMs, dirs: dirs.filter((dir) => typeof dir === "string") };
}
