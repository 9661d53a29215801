import type { Answer, Visit } from "../kernel/index.ts";
import { gatewayError, vodError } from "./replies.ts";

type Listed = readonly [status: number, message: string];

/** What an injected `code` fault can make it say: status and words as the error pages have them. */
const LISTED: ReadonlyMap<string, Listed> = new Map<string, Listed>([
  ["VOD.10051", [403, "Internal error."]],
  ["VOD.10053", [400, "The request parameter is illegal."]],
  ["VOD.10062", [400, "The resource does not exist."]],
  ["APIGW.0202", [502, "Backend unavailable."]],
  ["APIGW.0301", [401, "Incorrect IAM authentication information: verify aksk signature fail"]],
  ["APIGW.0307", [401, "The token must be updated."]],
]);

export const CODES: readonly string[] = [...LISTED.keys()];

export function refuseWith(_visit: Visit, code: string, message: string | null): Answer | null {
  const listed = LISTED.get(code);
  if (listed === undefined) return null;
  const [status, words] = listed;
  return (code.startsWith("APIG") ? gatewayError : vodError)(status, code, message ?? words);
}
