import { createHash } from "node:crypto";
import type {
  BatchContent,
  Failure,
  HttpReply,
  JsonObject,
  Outcome,
  QuotaClass,
  Task,
} from "@purgeline/core";
import { failureByStatus } from "../shared/failure-by-status.ts";
import { isObject, objectList, textField } from "../shared/json.ts";
import { classSpentBy } from "./api3-reply.ts";
import { beijingTime } from "./beijing-time.ts";
import { failureOf } from "./error-class.ts";
import { v2Class } from "./v2-errors.ts";

export type V2Answer =
  | { readonly ok: true; readonly data: JsonObject }
  | { readonly ok: false; readonly failure: Failure };

/** Opens `{code, message, codeDesc, data}`; v2 has no request ids. */
export function openV2(reply: HttpReply, body: JsonObject, spends: QuotaClass | null): V2Answer {
  const code = textField(body, "code") ?? "";
  const message = textField(body, "message") || textField(body, "codeDesc") || "";
  const isSuccess = code === "0" && reply.status >= 200 && reply.status <= 299;
  if (isSuccess) return { ok: true, data: dataOf(body) };
  const errorClass = v2Class(code, message);
  const failure =
    errorClass === null
      ? failureByStatus(reply, code, message, null)
      : failureOf(errorClass, { code, message, requestId: null }, spends);
  return { ok: false, failure };
}

/** An object; the page calls it an array, and an older tool shows one of objects: then the only one of these counts. */
function dataOf(body: JsonObject): JsonObject {
  const { data } = body;
  return isObject(data) ? data : (objectList(body, "data")[0] ?? {});
}

export function decodeV2(reply: HttpReply, body: JsonObject, batch: BatchContent): Outcome {
  const answer = openV2(reply, body, classSpentBy(batch.lane));
  if (!answer.ok) return answer.failure;
  const task =
    taskById(answer.data, batch) ?? (batch.lane === "purge-directory" ? taskByTime(reply, batch) : null);
  if (task === null) {
    return { kind: "ambiguous", code: "no-task-id", message: "the reply has no task_id", requestId: null };
  }
  return { kind: "accepted", tasks: [task], rejected: [], requestId: null };
}

function taskById(data: JsonObject, { items }: BatchContent): Task | null {
  // `log_id` is what the same number was called before 2017 (QcloudCdnTools_V2, readme).
  const id = textField(data, "task_id") || textField(data, "log_id") || "";
  return id === "" || id === "0" ? null : { call: "GetCdnRefreshLog", id, state: { urls: items.length } };
}

/**
 * RefreshCdnDir answers without a task id (api/231/3947), so its directories are found in the log
 * by time. Their records are made at most two seconds before the reply's Date: an earlier record of
 * the same directory is then an earlier purge's, since one key is never sent twice within three
 * seconds. No Date, no task.
 */
function taskByTime(reply: HttpReply, { items }: BatchContent): Task | null {
  const repliedAtMs = Date.parse(reply.headers.date ?? "");
  if (Number.isNaN(repliedAtMs)) return null;
  const sinceMs = repliedAtMs - 2_000;
  // Two batches of one second must not share an id.
  const digest = createHash("sha256").update(items.join("\n")).digest("hex").slice(0, 12);
  const id = `${beijingTime(sinceMs)} ${digest}`;
  return { call: "GetCdnRefreshLog", id, state: { sinceMs, dirs: items } };
}
