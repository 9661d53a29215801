import type {
  CallContext,
  HttpReply,
  HttpRequest,
  JsonObject,
  PollAnswer,
  Progress,
  Task,
} from "@purgeline/core";
import { isSuccess } from "../shared/alibaba/failure-of.ts";
import { pageOf, pageProgress } from "../shared/alibaba/page-progress.ts";
import { queryFailure } from "../shared/alibaba/query-failure.ts";
import { type ApiCall, signedRequest } from "../shared/alibaba/signed-request.ts";
import { parseObject, textField } from "../shared/json.ts";
import { vodHost } from "./api-host.ts";
import { VOD_VERSION } from "./encode.ts";
import { jobProgress } from "./job-progress.ts";
import { planOf } from "./media-plan.ts";
import { mediaProgress } from "./media-progress.ts";
import { PAGE_SIZE } from "./table.ts";

const JOBS = "GetMediaRefreshJobs";

/** Neither query takes more than one id. */
export function maxTasks(): number {
  return 1;
}

export function encodePoll([task]: readonly [Task, ...Task[]], call: CallContext): HttpRequest {
  const service = { version: VOD_VERSION, host: vodHost(call.settings.region), place: "query" } as const;
  return signedRequest({ ...service, action: task.call, ...queryOf(task) }, call);
}

/** The SDK asks for jobs with GET, for tasks with POST. */
function queryOf(task: Task): Pick<ApiCall, "method" | "params"> {
  if (task.call === JOBS) return { method: "GET", params: { MediaRefreshJobId: task.id } };
  const params = { TaskId: task.id, PageNumber: String(pageOf(task)), PageSize: String(PAGE_SIZE) };
  return { method: "POST", params };
}

export function decodePoll(reply: HttpReply, [task]: readonly [Task, ...Task[]]): PollAnswer {
  const body = parseObject(reply.body);
  if (body === null || !isSuccess(reply) || body.Code !== undefined) return queryFailure(reply, body);
  return { kind: "progress", tasks: [progressOf(body, task)], requestId: textField(body, "RequestId") };
}

function progressOf(body: JsonObject, task: Task): Progress {
  if (task.call === JOBS) return jobProgress(body, task);
  const plan = planOf(task);
  return plan === null ? pageProgress(body, task, PAGE_SIZE) : mediaProgress(body, task, plan);
}
