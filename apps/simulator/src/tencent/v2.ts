import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { type FormFault, type NonceBook, whyFormFails } from "./form-check.ts";
import { isReadable, type ReadableCall, type TencentCall } from "./read-call.ts";
import { type Area, type SubmitFault, takeSubmit } from "./submit.ts";
import { v2Log, v2OverseasLog } from "./v2-log.ts";

type Action = (visit: Visit, account: PlayedAccount, call: ReadableCall) => Answer;

const ACTIONS: Readonly<Record<string, Action>> = {
  RefreshCdnUrl: refreshUrls,
  RefreshCdnOverSeaUrl: refreshUrls,
  RefreshCdnDir: refreshDirectories,
  RefreshCdnOverSeaDir: refreshDirectories,
  GetCdnRefreshLog: (visit, account, { parameters }) => logAnswer(v2Log(account, parameters, visit.nowMs)),
  GetCdnOverseaRefreshLog: (visit, account, { parameters }) =>
    logAnswer(v2OverseasLog(account, parameters, visit.nowMs)),
};

function logAnswer(data: unknown): Answer {
  return data === null ? v2Error("4000", "9003", "(9003)日期不合法") : v2Success(data, [], []);
}

export function knowsV2(action: string): boolean {
  return Object.hasOwn(ACTIONS, action);
}

/** "GET requests are limited to 32 KB, beyond that the status is 501" (document/api/228/15164). */
const MOST_QUERY_BYTES = 32 * 1024;

function tooLong(): Answer {
  const page = {
    status: 501,
    headers: { "content-type": "text/html" },
    body: "<html>Not Implemented</html>",
  };
  return { reply: page, outcome: "501", accepted: [], taskIds: [] };
}

const AUTH_ERRORS: Readonly<Record<FormFault, readonly [code: string, codeDesc: string]>> = {
  signature: ["4100", "AuthFailure"],
  token: ["4100", "AuthFailure"],
  expired: ["4200", "RequestExpired"],
  replayed: ["4500", "ReplayAttack"],
};

export function answerV2(visit: Visit, call: TencentCall, nonces: NonceBook): Answer {
  const { account, request, skewMs } = visit;
  if (request.method === "GET" && request.query.length > MOST_QUERY_BYTES) return tooLong();
  if (account === null || !isReadable(call)) return v2Error("4100", "AuthFailure", "身份认证失败");
  const fault = whyFormFails(request, call, account, skewMs, nonces);
  if (fault !== null) return v2Error(...AUTH_ERRORS[fault], "身份认证失败");
  const action = knowsV2(call.action ?? "") ? ACTIONS[call.action ?? ""] : undefined;
  if (action === undefined) return v2Error("6100", "ActionNotSupported", `no action ${call.action}`);
  if (visit.overRate) return v2Error("4400", "RequestLimitExceeded", "请求的次数超过了配额限制");
  return action(visit, account, call);
}

/** Errors come under HTTP 200 here too. */
export function v2Error(code: string, codeDesc: string, message: string): Answer {
  return {
    reply: reply({ code: Number(code), message, codeDesc }),
    outcome: code,
    accepted: [],
    taskIds: [],
  };
}

function v2Success(data: unknown, accepted: readonly string[], taskIds: readonly string[]): Answer {
  const body = { code: 0, message: "", codeDesc: "Success", ...(data === null ? {} : { data }) };
  return { reply: reply(body), outcome: "ok", accepted, taskIds };
}

function reply(body: unknown): Answer["reply"] {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The mainland call answers with a task id, the overseas one with the count alone (document/api/228/7346). */
function refreshUrls(visit: Visit, account: PlayedAccount, { parameters }: ReadableCall): Answer {
  const urls = listOf(parameters.urls);
  const area = areaOf(visit);
  const submit = { lane: "purge-url", call: "RefreshCdnUrl", area, items: urls, note: {} } as const;
  const { fault, taskId } = takeSubmit(visit, account, submit);
  if (fault !== "none") return submitError(fault, area);
  const count = { count: urls.length };
  return v2Success(area === "overseas" ? count : { ...count, task_id: taskId }, urls, [taskId]);
}

/** No reply names a task: the pages list code, message and codeDesc (doc/api/231/3947), overseas the count (228/7389). */
function refreshDirectories(visit: Visit, account: PlayedAccount, { parameters }: ReadableCall): Answer {
  const area = areaOf(visit);
  const type = String(parameters.type ?? "1");
  const types = area === "overseas" ? ["1"] : ["1", "2"];
  if (!types.includes(type)) return v2Error("4000", "9003", "(9003)type");
  const dirs = listOf(parameters.dirs);
  const note = { flushType: type === "1" ? "flush" : "delete" };
  const submit = { lane: "purge-directory", call: "RefreshCdnDir", area, items: dirs, note } as const;
  const { fault, taskId } = takeSubmit(visit, account, submit);
  if (fault !== "none") return submitError(fault, area);
  return v2Success(area === "overseas" ? { count: dirs.length } : null, dirs, [taskId]);
}

function areaOf({ call }: Visit): Area {
  return call?.startsWith("RefreshCdnOverSea") === true ? "overseas" : "mainland";
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function submitError(fault: Exclude<SubmitFault, "none">, area: Area): Answer {
  switch (fault) {
    case "unsupported":
      return v2Error("6100", "ActionNotSupported", "the account is not played with this API");
    case "empty":
    case "url":
    case "length":
      return v2Error("4000", "9003", "(9003)参数错误");
    case "batch":
      return v2Error("4000", "9003", "(9003)单次提交数量超过限制");
    case "wildcard":
      return v2Error("4000", "9107", "(9107)域名格式错误");
    case "host":
      // Each page has a number of its own.
      if (area === "overseas") return v2Error("4000", "9110", "(9110)没有这个域名的信息 cdn no such host");
      return v2Error("4000", "9105", "(9105)没有这个域名的信息");
    case "quota":
      return v2Error("4400", "RequestLimitExceeded", "刷新数量超过每日配额");
    default:
      return fault satisfies never;
  }
}
