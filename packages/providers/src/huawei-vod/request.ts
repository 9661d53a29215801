import type { CallContext, HttpRequest } from "@purgeline/core";
import { provenRequest } from "../shared/huawei/proven-request.ts";
import { originOf } from "./account.ts";

/** One call under the account's project, which every path names. */
export function requestOf(
  method: HttpRequest["method"],
  pathOf: (projectId: string) => string,
  body: string | null,
  call: CallContext,
): HttpRequest {
  const { projectId, name } = call.settings;
  if (projectId === null) throw new Error(`huawei-vod.request: account ${name} has no projectId`);
  const url = originOf(call.settings) + pathOf(projectId);
  return provenRequest(method, url, body, { header: "x-project-id", id: projectId }, call);
}
