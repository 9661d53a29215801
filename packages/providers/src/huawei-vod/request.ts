import type { CallContext, HttpRequest } from "@purgeline/core";
import { originOf } from "./account.ts";
import { authorization, sdkDate } from "./signature.ts";

/** One call under the account's project, with its proof of identity. */
export function requestOf(
  method: HttpRequest["method"],
  pathOf: (projectId: string) => string,
  body: string | null,
  call: CallContext,
): HttpRequest {
  const { projectId } = call.settings;
  if (projectId === null)
    throw new Error(`huawei-vod.request: account ${call.settings.name} has no projectId`);
  const url = originOf(call.settings) + pathOf(projectId);
  return { method, url, headers: provenHeaders(method, url, body, projectId, call), body };
}

function provenHeaders(
  method: string,
  url: string,
  body: string | null,
  projectId: string,
  { settings: { name, credentials }, nowMs, token }: CallContext,
): Readonly<Record<string, string>> {
  // Queries carry it too, without a body: it is among the headers that the provider's SDKs sign.
  const plain = { "content-type": "application/json" };
  if (credentials.kind === "keys") {
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    const headers = {
      ...plain,
      "x-project-id": projectId,
      "x-sdk-date": sdkDate(nowMs),
      ...(securityToken === null ? {} : { "x-security-token": securityToken }),
    };
    const proof = authorization({ method, url, headers, body }, accessKeyId, accessKeySecret);
    return { ...headers, authorization: proof };
  }
  const session = credentials.kind === "token" ? credentials.token : token;
  if (session === null) throw new Error(`huawei-vod.request: account ${name} has no session token yet`);
  return { ...plain, "x-auth-token": session };
}
