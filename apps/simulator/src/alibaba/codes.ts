import type { Answer, Visit } from "../kernel/index.ts";
import { type Refusal, refuse, THROTTLED } from "./replies.ts";
import { QUOTA_SPENT } from "./submit.ts";

/** What an injected `code` fault can make it say: status and words as the error pages have them. */
const LISTED: readonly Refusal[] = [
  THROTTLED,
  QUOTA_SPENT,
  [400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation."],
  [400, "SignatureNonceUsed", "Specified signature nonce was used already."],
  [404, "InvalidDomain.NotFound", "The domain provided does not belong to you."],
  [500, "InternalError", "The request processing has failed due to some unknown error."],
  [503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."],
];

const BY_CODE: ReadonlyMap<string, Refusal> = new Map(LISTED.map((refusal) => [refusal[1], refusal]));

export const CODES: readonly string[] = [...BY_CODE.keys()];

export function refuseWith(visit: Visit, code: string, message: string | null): Answer | null {
  const listed = BY_CODE.get(code);
  return listed === undefined ? null : refuse(visit, [listed[0], code, message ?? listed[2]]);
}
