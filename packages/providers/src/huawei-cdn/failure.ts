import type { BatchContent, Failure, HttpReply } from "@purgeline/core";
import { failureOf } from "../shared/huawei/failure.ts";
import { noRightToAsk } from "../shared/no-right-to-ask.ts";
import { ABOUT_RIGHTS, OVER_LIMIT, SERVICE_CODES } from "./errors.ts";
import { HUAWEI_CDN_TABLE } from "./table.ts";

/** What a submit's reply that is no success means. */
export function submitFailure(reply: HttpReply, { lane, items }: BatchContent): Failure {
  const spends = HUAWEI_CDN_TABLE.lanes[lane]?.quota ?? null;
  const failure = failureOf(reply, { codes: SERVICE_CODES, spends });
  if (failure.kind !== "ambiguous" || !OVER_LIMIT.has(failure.code)) return failure;
  const { code, message, requestId } = failure;
  const refusal = { code, message, requestId };
  if (/quota|daily|per day/i.test(message))
    return { kind: "quota", class: spends, doubtful: false, ...refusal };
  // A batch that is too large fits after some splits; a single URL is not too many, so then it is the day.
  return items.length > 1
    ? { kind: "poisoned", ...refusal }
    : { kind: "quota", class: spends, doubtful: true, ...refusal };
}

/** What a query's reply that is no success means. */
export function queryFailure(reply: HttpReply): Failure {
  const failure = failureOf(reply, { codes: SERVICE_CODES, spends: null });
  return noRightToAsk(failure, (code) => ABOUT_RIGHTS.has(code));
}
