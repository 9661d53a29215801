import type { AccountSettings } from "@purgeline/core";
import type { Answer, Visit } from "../kernel/index.ts";
import { api3Error } from "./api3.ts";
import { readCall } from "./read-call.ts";
import { v2Error } from "./v2.ts";

/** What an injected `code` fault can make API 3.0 say. */
const API3: ReadonlyMap<string, string> = new Map([
  ["AuthFailure.SignatureExpire", "The signature has expired."],
  ["InternalError.CdnSystemError", "A system error occurred."],
  ["LimitExceeded.CdnPurgeUrlExceedDayLimit", "The daily limit is exceeded."],
  ["RequestLimitExceeded", "Your current request times exceed the limit of this action."],
  ["UnauthorizedOperation.OperationTooOften", "The operation is called too often."],
]);

/** The numbers of v2, with their `codeDesc` and words. */
const V2: ReadonlyMap<string, readonly [codeDesc: string, message: string]> = new Map<
  string,
  readonly [string, string]
>([
  ["4100", ["AuthFailure", "身份认证失败"]],
  ["4400", ["RequestLimitExceeded", "请求的次数超过了配额限制"]],
  ["5000", ["ResourceNotFound", "资源不存在"]],
]);

export function codesOf({ signature }: AccountSettings): readonly string[] {
  return [...(signature?.startsWith("v2-") === true ? V2 : API3).keys()];
}

export function refuseWith({ request }: Visit, code: string, message: string | null): Answer | null {
  if (readCall(request).api === "v2") {
    const [codeDesc, words] = V2.get(code) ?? [null, ""];
    return codeDesc === null ? null : v2Error(code, codeDesc, message ?? words);
  }
  const words = API3.get(code);
  return words === undefined ? null : api3Error(code, message ?? words);
}
