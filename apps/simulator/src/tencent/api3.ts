import { randomUUID } from "node:crypto";
import type { Answer, PlayedAccount, Visit } from "../kernel/index.ts";
import { describeQuota, describeTasks } from "./api3-describe.ts";
import { submitApi3 } from "./api3-submit.ts";
import { type FormFault, whyFormFails } from "./form-check.ts";
import { isReadable, type ReadableCall, type TencentCall } from "./read-call.ts";
import { whyTc3Fails } from "./tc3-check.ts";

/** What an operation comes to: a response's own members, or an error's code and message. */
export type Api3Result =
  | { readonly response: Readonly<Record<string, unknown>>; readonly taskIds?: readonly string[] }
  | { readonly code: string; readonly message: string };

type Action = (visit: Visit, account: PlayedAccount, call: ReadableCall) => Api3Result;

const ACTIONS: Readonly<Record<string, Action>> = {
  PurgeUrlsCache: submitApi3,
  PurgePathCache: submitApi3,
  PushUrlsCache: submitApi3,
  DescribePurgeTasks: describeTasks,
  DescribePushTasks: describeTasks,
  DescribePurgeQuota: describeQuota,
  DescribePushQuota: describeQuota,
};

export function knowsApi3(action: string): boolean {
  return Object.hasOwn(ACTIONS, action);
}

export function answerApi3(visit: Visit, call: TencentCall): Answer {
  const refusal = whyRefused(visit, call);
  if (refusal !== null) return api3Error(refusal.code, refusal.message);
  const action = ACTIONS[call.action ?? ""];
  if (action === undefined || visit.account === null || !isReadable(call)) {
    return api3Error("InvalidAction", `The action ${call.action} is not valid.`);
  }
  const result = action(visit, visit.account, call);
  if ("code" in result) return api3Error(result.code, result.message);
  const isSubmit = result.taskIds !== undefined;
  return {
    reply: reply({ ...result.response }),
    outcome: "ok",
    accepted: isSubmit ? call.items : [],
    taskIds: result.taskIds ?? [],
  };
}

/** Errors come under HTTP 200: with another status the official SDK would drop the code. */
export function api3Error(code: string, message: string): Answer {
  return {
    reply: reply({ Error: { Code: code, Message: message } }),
    outcome: code,
    accepted: [],
    taskIds: [],
  };
}

function reply(response: Readonly<Record<string, unknown>>): Answer["reply"] {
  const body = JSON.stringify({ Response: { ...response, RequestId: randomUUID() } });
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

const FORM_CODES: Readonly<Record<FormFault, string>> = {
  signature: "AuthFailure.SignatureFailure",
  token: "AuthFailure.TokenFailure",
  expired: "AuthFailure.SignatureExpire",
  replayed: "AuthFailure.SignatureFailure",
};

/** What every operation checks first. */
function whyRefused(visit: Visit, call: TencentCall): { code: string; message: string } | null {
  const { account, request, skewMs } = visit;
  const refuse = (code: string, message: string) => ({ code, message });
  // A TC3 POST takes 10 MB, one whose parameters are signed 1 MB, a GET 32 KB.
  const mostBytes = call.scheme === "tc3" ? 10_000_000 : 1_000_000;
  if (request.body.length > mostBytes || request.query.length > 32 * 1024)
    return refuse("RequestSizeLimitExceeded", "The request size exceeds the limit.");
  if (account === null) return refuse("AuthFailure.SecretIdNotFound", "The SecretId is not found.");
  // The nonce of a 3.0 request is not remembered: the service documents no replay error for it.
  const fault = call.scheme === "form" ? whyFormFails(request, call, account, skewMs, null) : null;
  const authCode = call.scheme === "tc3" ? whyTc3Fails(request, account, skewMs) : fault && FORM_CODES[fault];
  if (authCode !== null) return refuse(authCode, "The provided credentials could not be validated.");
  if (call.version !== "2018-06-06")
    return refuse("NoSuchVersion", `The version ${call.version} does not exist.`);
  if (call.action === null || !knowsApi3(call.action)) {
    return refuse("InvalidAction", `The action ${call.action} is not valid.`);
  }
  if (visit.overRate) return refuse("RequestLimitExceeded", "Your current request times exceed the limit.");
  if (call.parameters === null) return refuse("InvalidParameter", "The request body is not valid JSON.");
  return null;
}
