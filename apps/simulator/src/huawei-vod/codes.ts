import type { Answer } from "../kernel/index.ts";
import { type Listed, listedCodes } from "../shared/huawei/gateway.ts";
import { vodError } from "./replies.ts";

/** The service's error page: status and words as listed there, or where a page's sample shows the code. */
const SERVICE: readonly Listed[] = [
  ["VOD.10051", 403, "Internal error."],
  ["VOD.10052", 403, "Internal communication error."],
  ["VOD.10053", 400, "The request parameter is illegal, illegal field: {urls}."],
  ["VOD.10054", 403, "Authentication failed."],
  ["VOD.10055", 403, "The account has not passed real-name authentication."],
  ["VOD.10056", 403, "The account is in an abnormal state."],
  ["VOD.10057", 403, "The tenant ID check failed."],
  ["VOD.10058", 403, "The request method is incorrect."],
  ["VOD.10059", 403, "The content type is incorrect."],
  ["VOD.10060", 403, "The asset is not published."],
  ["VOD.10061", 403, "The asset state does not allow the update."],
  ["VOD.10062", 400, "The resource does not exist."],
  ["VOD.10063", 403, "The type is not supported."],
  ["VOD.10065", 403, "The category already exists."],
  ["VOD.10066", 403, "The category is too deep."],
  ["VOD.10081", 400, "The request parameter is illegal."],
  ["VOD.10083", 400, "The asset state does not support the operation."],
  // Published nowhere: the number is invented, the words are what clients can go by.
  ["VOD.10099", 403, "The daily quota of the tenant is used up."],
  ["VOD.10101", 400, "The key is unavailable, the asset is not encrypted."],
  ["VST.10001", 400, "The request parameter is illegal."],
  ["VST.10002", 400, "Internal error."],
  ["VST.10004", 400, "Authentication failed."],
];

const LISTED = listedCodes(SERVICE);

/** The service's own, for injected `code` faults. */
export const CODES: readonly string[] = [...LISTED.keys()];

export function refuseWith(code: string, message: string | null): Answer | null {
  const listed = LISTED.get(code);
  return listed === undefined ? null : vodError(listed[0], code, message ?? listed[1]);
}
