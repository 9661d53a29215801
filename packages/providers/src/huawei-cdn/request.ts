import type { CallContext, HttpRequest } from "@purgeline/core";
import { provenRequest } from "../shared/huawei/proven-request.ts";
import { percentEncode } from "../shared/huawei/signature.ts";
import { originOf } from "./account.ts";

type Query = Readonly<Record<string, string | number>>;

/** One call on the account's CDN. A sub-account has to name its enterprise project, at every call that has such a place. */
export function requestOf(
  method: HttpRequest["method"],
  path: string,
  query: Query,
  body: string | null,
  call: CallContext,
): HttpRequest {
  const { name, own } = call.settings;
  const { domainId } = own;
  if (domainId === undefined) throw new Error(`huawei-cdn.request: account ${name} has no domainId`);
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${percentEncode(String(value))}`);
  const search = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  const url = originOf(call.settings) + path + search;
  return provenRequest(method, url, body, { header: "x-domain-id", id: domainId }, call);
}

export function enterpriseProject({ settings: { own } }: CallContext): Query {
  const { enterpriseProjectId } = own;
  return enterpriseProjectId === undefined ? {} : { enterprise_project_id: enterpriseProjectId };
}
