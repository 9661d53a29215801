import type {
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  JsonObject,
  PollAnswer,
  Progress,
  Row,
  Task,
} from "@purgeline/core";
import { errorIn, failureOf, requestIdOf } from "../shared/huawei/failure.ts";
import { percentEncode } from "../shared/huawei/signature.ts";
import { objectList, parseObject, textField } from "../shared/json.ts";
import { PREHEATING_PATH, REFRESH_PATH } from "./encode.ts";
import { SERVICE_CODES } from "./errors.ts";
import { requestOf } from "./request.ts";

/** Each query's path and the member with its results. */
const QUERIES: Readonly<
  Record<CallName, { readonly path: (projectId: string) => string; readonly list: string }>
> = {
  ShowRefreshResult: { path: REFRESH_PATH, list: "refresh_results" },
  ShowPreheatingAsset: { path: PREHEATING_PATH, list: "preheating_results" },
};

/** Some pages write the words in capitals, others in small letters. */
const ENDS: ReadonlyMap<string, Row["end"]> = new Map([
  ["succeed", "confirmed"],
  ["failed", "failed"],
]);

/** What an unknown task id is answered with is unpublished; these are what it could be: not an end. */
const VANISHED: ReadonlySet<string> = new Set(["VOD.10053", "VOD.10062", "VOD.10081"]);

export function encodeQuery(tasks: readonly [Task, ...Task[]], call: CallContext): HttpRequest {
  const [task] = tasks;
  const { path } = queryOf(task);
  const query = `?task_id=${percentEncode(task.id)}`;
  return requestOf("GET", (projectId) => path(projectId) + query, null, call);
}

export function decodeQuery(reply: HttpReply, tasks: readonly [Task, ...Task[]]): PollAnswer {
  const [task] = tasks;
  const body = parseObject(reply.body);
  const isSuccess = reply.status >= 200 && reply.status <= 299;
  if (!isSuccess || body === null || errorIn(body) !== null) {
    const failure = failureOf(reply, { codes: SERVICE_CODES, spends: null });
    if (!VANISHED.has(failure.code)) return failure;
    return { kind: "progress", tasks: [{ rows: [], next: [task] }], requestId: failure.requestId };
  }
  const progress = progressOf(task, objectList(body, queryOf(task).list));
  return { kind: "progress", tasks: [progress], requestId: requestIdOf(reply, body) };
}

/**
 * There is no overall status: a task is finished when no result is under way, and each target has
 * one. A media task tells nothing before that, since its rows name URLs, and what `matchHuaweiRows`
 * makes of an asset without a row stands only on the whole list.
 */
function progressOf(task: Task, results: readonly JsonObject[]): Progress {
  const rows = results.map(rowOf);
  const final = rows.filter((row) => row !== null);
  const least = typeof task.state?.targets === "number" ? task.state.targets : 1;
  if (rows.length >= least && final.length === rows.length) return { rows: final, next: [] };
  return { rows: task.state?.media === true ? [] : final, next: [task] };
}

/** Null: not final, or not readable, which must not end anything either. */
function rowOf(result: JsonObject): Row | null {
  const url = textField(result, "url");
  const status = textField(result, "status");
  const end = status === null ? undefined : ENDS.get(status.toLowerCase());
  if (url === null || status === null || end === undefined) return null;
  if (end === "confirmed") return { item: url, end, code: null, message: null };
  return {
    item: url,
    end,
    code: status,
    message: "the provider reports this URL as failed, without a reason",
  };
}

function queryOf(task: Task): (typeof QUERIES)[CallName] {
  const query = QUERIES[task.call];
  if (query === undefined) throw new Error(`huawei-vod.poll: no query ${task.call}`);
  return query;
}
