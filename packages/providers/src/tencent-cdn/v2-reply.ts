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
import { beijingDay, beijingTime } from "./beijing-time.ts";
import { failureOf } from "./error-class.ts";
import { classSpentBy } from "./quota-class.ts";
import { v2Class } from "./v2-errors.ts";
import { HOME_LOG, OVERSEAS_LOG } from "./v2-log.ts";

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

/** The page calls it an array and shows an object. */
function dataOf(body: JsonObject): JsonObject {
  const { data } = body;
  return isObject(data) ? data : (objectList(body, "data")[0] ?? {});
}

export function decodeV2(
  reply: HttpReply,
  body: JsonObject,
  batch: BatchContent,
  beganAtMs: number | null,
): Outcome {
  const answer = openV2(reply, body, classSpentBy(batch));
  if (!answer.ok) return answer.failure;
  // The overseas log cannot be asked for an id.
  const byId = batch.options.Area === "overseas" ? [] : tasksById(body, batch);
  const tasks = byId.length > 0 ? byId : tasksByTime(reply, batch, beganAtMs);
  if (tasks.length > 0) return { kind: "accepted", tasks, rejected: [], requestId: null };
  return { kind: "ambiguous", code: "no-task-id", message: "the reply has no task_id", requestId: null };
}

/** One task, or several where `data` is a list (QcloudCdnTools_V2, readme): each with its share of the URLs. */
function tasksById(body: JsonObject, { items }: BatchContent): readonly Task[] {
  const several = objectList(body, "data");
  const listed = several.length > 0 ? several : [dataOf(body)];
  return listed.flatMap((data): readonly Task[] => {
    // `log_id` is what the same number was called before 2017.
    const id = textField(data, "task_id") || textField(data, "log_id") || "";
    if (id === "" || id === "0") return [];
    const urls = listed.length === 1 ? items.length : Number(textField(data, "count") ?? 1) || 1;
    return [{ call: HOME_LOG, id, state: { urls } }];
  });
}

/** By so much the log's clock may be behind the one that writes `Date`, so that no record is missed. */
const CLOCKS_MS = 1_000;

/**
 * RefreshCdnDir and both overseas submits answer without a task id (doc/api/231/3947, document/api/228/7346,
 * 7389), so their records are found in the log by time: of each key the first one since the call began. The beginning
 * is known to a second, and so are records' times; with the clocks' second that is less than the three seconds
 * between an answer and the next sending of a key, so an earlier purge's record is not met.
 */
function tasksByTime(
  reply: HttpReply,
  { lane, items, options }: BatchContent,
  beganAtMs: number | null,
): readonly Task[] {
  if (beganAtMs === null) return [];
  const sinceMs = Math.floor((beganAtMs - CLOCKS_MS) / 1_000) * 1_000;
  // A slow call's record may be as late as its reply.
  const untilMs = Math.max(sinceMs, Date.parse(reply.headers.date ?? "") || 0);
  // Two batches of one second must not share an id.
  const digest = createHash("sha256").update(items.join("\n")).digest("hex").slice(0, 12);
  const id = `${beijingTime(sinceMs)} ${digest}`;
  const state = { sinceMs, untilMs, type: lane === "purge-directory" ? "1" : "0" };
  if (options.Area !== "overseas") return [{ call: HOME_LOG, id, state }];
  const days = new Set([sinceMs, untilMs].map(beijingDay));
  return [...days].map((date) => ({ call: OVERSEAS_LOG, id, state: { ...state, date } }));
}
