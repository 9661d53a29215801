import type { CallContext, HttpReply, HttpRequest, JsonObject, PollAnswer, Task } from "@purgeline/core";
import { textField } from "../shared/json.ts";
import { beijingTime } from "./beijing-time.ts";
import { finalRows } from "./row-url.ts";
import { saysNoRecord } from "./v2-errors.ts";
import { firstLogsSince, logsOf } from "./v2-log.ts";
import { openV2 } from "./v2-reply.ts";
import { v2Request } from "./v2-request.ts";
import type { Parameter } from "./v2-signature.ts";

const MINUTE_MS = 60_000;

/** v2 has no pages: one query tells all records of a task, a minute or a day. */
export function encodeV2Poll(task: Task, call: CallContext): HttpRequest {
  return v2Request(task.call, queryOf(task), call);
}

/** `startDate` and `endDate`, or `taskId`; the overseas log knows days only. */
function queryOf({ id, state = {} }: Task): readonly Parameter[] {
  const { sinceMs, untilMs, date } = state;
  if (typeof date === "string") return [["date", date]];
  if (typeof sinceMs !== "number") return [["taskId", id]];
  return [
    ["startDate", beijingTime(sinceMs)],
    ["endDate", beijingTime((typeof untilMs === "number" ? untilMs : sinceMs) + MINUTE_MS)],
  ];
}

export function decodeV2Poll(reply: HttpReply, body: JsonObject, task: Task): PollAnswer {
  const answer = openV2(reply, body, null);
  if (!answer.ok) {
    const { failure } = answer;
    if (!saysNoRecord(failure.message)) return failure;
    return { kind: "progress", tasks: [{ rows: [], next: [task] }], requestId: null };
  }
  const state = task.state ?? {};
  if (typeof state.sinceMs === "number") {
    const type = textField(state, "type") ?? "";
    const rows = finalRows(firstLogsSince(task.call, answer.data, state.sinceMs, type));
    // Which of a time's records are missing is not known here: the batch ends with its last target.
    return { kind: "progress", tasks: [{ rows, next: [task] }], requestId: null };
  }
  const logs = logsOf(task.call, answer.data);
  const rows = finalRows(logs);
  const isComplete = new Set(rows.map(({ item }) => item)).size >= Number(state.urls ?? 0);
  const isOpen = logs.length === 0 || logs.some(({ end }) => end === null) || !isComplete;
  return { kind: "progress", tasks: [{ rows, next: isOpen ? [task] : [] }], requestId: null };
}
