import type {
  BatchContent,
  CallName,
  Failure,
  HttpReply,
  JsonObject,
  Outcome,
  QuotaClass,
} from "@purgeline/core";
import { failureByStatus } from "../shared/failure-by-status.ts";
import { isObject, textField } from "../shared/json.ts";
import { api3Class } from "./api3-errors.ts";
import { failureOf } from "./error-class.ts";
import { classSpentBy } from "./quota-class.ts";

/** Purgeline: ten times the day's 1,000 pushes; what is listed beyond is not asked for. */
const MOST_OF_PLAYLISTS = 10_000;

export type Api3Answer =
  | { readonly ok: true; readonly response: JsonObject; readonly requestId: string | null }
  | { readonly ok: false; readonly failure: Failure };

/** Opens the envelope; errors come in it under HTTP 200. */
export function openApi3(reply: HttpReply, response: JsonObject, spends: QuotaClass | null): Api3Answer {
  const requestId = textField(response, "RequestId");
  const error = response.Error;
  if (isObject(error)) {
    const code = textField(error, "Code") ?? "";
    const message = textField(error, "Message") ?? "";
    const errorClass = api3Class(code);
    if (errorClass !== null)
      return { ok: false, failure: failureOf(errorClass, { code, message, requestId }, spends) };
    return { ok: false, failure: failureByStatus(reply, code, message, requestId) };
  }
  if (reply.status < 200 || reply.status > 299) {
    const message = `HTTP ${reply.status} without an error of API 3.0`;
    return { ok: false, failure: failureByStatus(reply, `HTTP ${reply.status}`, message, requestId) };
  }
  return { ok: true, response, requestId };
}

export function decodeApi3(reply: HttpReply, response: JsonObject, batch: BatchContent): Outcome {
  const answer = openApi3(reply, response, classSpentBy(batch));
  if (!answer.ok) return answer.failure;
  const { requestId } = answer;
  const id = textField(answer.response, "TaskId");
  if (id === null || id === "") {
    return { kind: "ambiguous", code: "no-task-id", message: "the reply has no TaskId", requestId };
  }
  const call: CallName = batch.lane === "prefetch-url" ? "DescribePushTasks" : "DescribePurgeTasks";
  const urls = batch.items.length;
  const { ParseM3U8, Area } = batch.options;
  const state = {
    urls,
    // What a playlist names is pushed with it, and may be listed with it.
    ...(ParseM3U8 === true ? { most: MOST_OF_PLAYLISTS } : {}),
    ...(Area === "global" ? { isGlobal: true } : {}),
  };
  return { kind: "accepted", tasks: [{ call, id, state }], rejected: [], requestId };
}
