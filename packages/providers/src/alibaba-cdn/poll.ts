import type {
  CallContext,
  CallName,
  HttpReply,
  HttpRequest,
  JsonObject,
  PollAnswer,
  Progress,
  Task,
} from "@purgeline/core";
import { rowsExpected } from "../shared/alibaba/expected-rows.ts";
import { isSuccess } from "../shared/alibaba/failure-of.ts";
import { pageOf, pageProgress } from "../shared/alibaba/page-progress.ts";
import { queryFailure } from "../shared/alibaba/query-failure.ts";
import { finalRows, type RefreshRow, refreshRows, totalCount } from "../shared/alibaba/refresh-rows.ts";
import { signedRequest } from "../shared/alibaba/signed-request.ts";
import { parseObject, textField } from "../shared/json.ts";
import { cdnHost } from "./api-host.ts";
import { CDN_VERSION } from "./encode.ts";
import { IDS_PER_QUERY, PAGE_SIZE } from "./table.ts";

const PAGED = "DescribeRefreshTasks";

export function maxTasks(call: CallName): number {
  return call === PAGED ? 1 : IDS_PER_QUERY;
}

export function encodePoll(tasks: readonly [Task, ...Task[]], call: CallContext): HttpRequest {
  const [first] = tasks;
  const ids = tasks.map((task) => task.id).join(",");
  const paging = { PageNumber: String(pageOf(first)), PageSize: String(PAGE_SIZE) };
  return signedRequest(
    {
      action: first.call,
      version: CDN_VERSION,
      host: cdnHost(call.settings.region),
      method: "POST",
      place: "query",
      params: { TaskId: ids, ...(first.call === PAGED ? paging : {}) },
    },
    call,
  );
}

export function decodePoll(reply: HttpReply, tasks: readonly [Task, ...Task[]]): PollAnswer {
  const body = parseObject(reply.body);
  if (body === null || !isSuccess(reply) || body.Code !== undefined) {
    return queryFailure(reply, body);
  }
  return {
    kind: "progress",
    tasks: tasks[0].call === PAGED ? [pageProgress(body, tasks[0], PAGE_SIZE)] : byId(body, tasks),
    requestId: textField(body, "RequestId"),
  };
}

function byId(body: JsonObject, tasks: readonly Task[]): readonly Progress[] {
  const rows = refreshRows(body);
  // A sole task owns a row that does not say whose it is: every field of a row may be absent.
  const sole = tasks.length === 1 ? tasks[0]?.id : undefined;
  const cut = (totalCount(body) ?? rows.length) > rows.length;
  const byTask = Map.groupBy(rows, (row) => row.taskId ?? sole);
  return tasks.map((task) => taskProgress(task, byTask.get(task.id) ?? [], cut));
}

/**
 * While a row is open the same cheap query (10 ids, 30 calls/s) goes on. Once all that it shows is
 * final: the task has ended, or the list is cut and the paged one (1 id, 5 calls/s) tells the rest.
 */
function taskProgress(task: Task, own: readonly RefreshRow[], cut: boolean): Progress {
  const rows = finalRows(own);
  if (own.length === 0 || rows.length < own.length) return { rows, next: [task] };
  return { rows, next: cut || looksCut(task, own) ? [{ ...task, call: PAGED }] : [] };
}

/**
 * Where the rows are not just as many as expected (another batch's may stand among them) a cut shows
 * by a round number alone: no page says where ById stops, and its sister stops at 100.
 */
function looksCut(task: Task, own: readonly RefreshRow[]): boolean {
  const expected = rowsExpected(task, own);
  return own.length < expected || (own.length !== expected && own.length % PAGE_SIZE === 0);
}
