import type { Failure, HttpReply, JsonObject } from "@purgeline/core";
import { noRightToAsk } from "../no-right-to-ask.ts";
import { failureOf } from "./failure-of.ts";

/** `Forbidden.RAM` among them: a RAM policy names each query by itself (`cdn:DescribeRefreshQuota`). */
const ABOUT_RIGHTS = /^(Forbidden(\..*)?|NoPermission)$/;

/** What a query's reply that is no success means. */
export function queryFailure(reply: HttpReply, body: JsonObject | null): Failure {
  return noRightToAsk(failureOf(reply, body, null), (code) => ABOUT_RIGHTS.test(code));
}
