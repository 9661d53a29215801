import type { CallContext, HttpRequest } from "@purgeline/core";
import { authorization, sdkDate } from "./signature.ts";

/** Whose work it is: the header that names the project or the account signs with the rest. */
export interface Scope {
  readonly header: "x-project-id" | "x-domain-id";
  readonly id: string;
}

/** One call with its proof of identity. `url`: absolute. */
export function provenRequest(
  method: HttpRequest["method"],
  url: string,
  body: string | null,
  scope: Scope,
  call: CallContext,
): HttpRequest {
  return { method, url, headers: provenHeaders(method, url, body, scope, call), body };
}

function provenHeaders(
  method: string,
  url: string,
  body: string | null,
  { header, id }: Scope,
  { settings: { name, credentials }, nowMs, token }: CallContext,
): Readonly<Record<string, string>> {
  // Queries carry it too, without a body: it is among the headers that the provider's SDKs sign.
  const plain = { "content-type": "application/json" };
  if (credentials.kind === "keys") {
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    const headers = {
      ...plain,
      [header]: id,
      "x-sdk-date": sdkDate(nowMs),
      ...(securityToken === null ? {} : { "x-security-token": securityToken }),
    };
    const proof = authorization({ method, url, headers, body }, accessKeyId, accessKeySecret);
    return { ...headers, authorization: proof };
  }
  const session = credentials.kind === "token" ? credentials.token : token;
  if (session === null) throw new Error(`huawei.request: account ${name} has no session token yet`);
  return { ...plain, "x-auth-token": session };
}
