import type { Failure, HttpReply } from "@purgeline/core";

/** For tests: a code of the error pages, the HTTP status that it comes with, and what it must mean. */
type ListedError = readonly [code: string, status: number, meaning: string];

/** Every line of the pages' error tables. Submits and queries of both products are held to it. */
export const LISTED_ERRORS: readonly ListedError[] = [
  ["Throttling", 503, "throttled call"],
  ["Throttling.User", 400, "throttled call"],
  ["Throttling.Api", 400, "throttled call"],
  ["TooManyRequests", 429, "throttled call"],
  ["QuotaPerMinuteExceeded.Refresh", 400, "throttled domains 60000"],
  ["TooMany.Refresh", 400, "throttled domains"],
  ["PreloadQueueFull", 403, "quota doubtful"],
  ["QuotaExceeded.Refresh", 400, "quota"],
  ["SingleRequest.OverLimit", 400, "poisoned"],
  ["InvalidObjectPath.Size.Malformed", 400, "poisoned"],
  ["InvalidObjectPath.Malformed", 400, "poisoned"],
  ["ObjectPath.Malformed", 400, "poisoned"],
  ["InvalidObjectType.ValueNotSupported", 400, "refused"],
  ["InvalidObjectType.Malformed", 400, "refused"],
  ["InvalidExtensiveDomain.ValueNotSupported", 400, "poisoned"],
  ["MissingParameter", 400, "refused"],
  ["InvalidDomain.NotFound", 404, "poisoned"],
  ["InvalidDomain.Offline", 404, "poisoned"],
  ["IllegalOperation", 403, "poisoned"],
  ["IllegalOperationDomain", 400, "poisoned"],
  ["DomainInProtectedMode", 403, "poisoned"],
  ["ServiceBusy", 403, "transient"],
  ["SystemUpgrading", 403, "transient"],
  ["InvalidDomain.Configure_failed", 500, "transient"],
  ["InvalidDomain.Configure_failed", 400, "transient"],
  ["InternalError", 500, "transient"],
  ["ServiceUnavailable", 503, "transient"],
  ["ServiceUnAvailable", 503, "transient"],
  ["OperationDenied", 403, "auth"],
  ["CdnServiceNotFound", 403, "auth"],
  ["OperationDenied.Suspended", 403, "auth"],
  ["Forbidden", 403, "auth"],
  ["Forbidden.RAM", 403, "auth"],
  ["NoPermission", 403, "auth"],
  ["InvalidAccessKeyId.NotFound", 404, "auth"],
  ["InvalidAccessKeyId.NotFound", 400, "auth"],
  ["InvalidAccessKeyId.Inactive", 400, "auth"],
  ["SignatureDoesNotMatch", 400, "auth"],
  ["SignatureDoesNotMatch", 403, "auth"],
  ["IncompleteSignature", 400, "auth"],
  ["SignatureNonceUsed", 400, "auth, sign again"],
  ["InvalidTimeStamp.Expired", 400, "auth, sign again"],
  ["InvalidTimeStamp.Format", 400, "auth, sign again"],
  ["InvalidSecurityToken.Expired", 403, "auth, sign again"],
  ["InvalidSecurityToken.Malformed", 400, "auth, sign again"],
  // Of the queries.
  ["InvalidTaskId.Malformed", 400, "poisoned"],
  ["MissingTimeParameter", 400, "refused"],
  ["MissingParameter.ObjectType", 400, "refused"],
  ["InvalidStartTime.Malformed", 400, "refused"],
  ["InvalidStartTime.ValueNotSupported", 400, "refused"],
  ["InvalidEndTime.Malformed", 400, "refused"],
  ["InvalidEndTime.Mismatch", 400, "refused"],
  ["InvalidStatus.ValueNotSupported", 400, "refused"],
  ["InvalidTime", 400, "refused"],
  // Of the platform.
  ["InvalidParameter", 400, "poisoned"],
  ["InvalidAction.NotFound", 404, "refused"],
];

/** To a query: a key without the right to ask is none that may not purge. */
export function meaningToQuery(code: string, meaning: string): string {
  return ["Forbidden", "Forbidden.RAM", "NoPermission"].includes(code) ? "refused" : meaning;
}

/** The body in its three forms: as documented, with the link that newer answers have, with the denial's details. */
export function errorReplies(code: string, status: number): readonly HttpReply[] {
  const body = { RequestId: "r-1", HostId: "cdn.aliyuncs.com", Code: code, Message: "m" };
  const forms = [
    body,
    { ...body, Recommend: `https://api.aliyun.com/troubleshoot?q=${code}` },
    { ...body, AccessDeniedDetail: { AuthAction: "cdn:PushObjectCache", PolicyType: "DlpPolicy" } },
  ];
  return forms.map((form) => ({ status, headers: {}, body: JSON.stringify(form) }));
}

/** An answer in the words of the table. */
export function meaningOf(answer: { readonly kind: string } | Failure): string {
  if (!("message" in answer)) return answer.kind;
  switch (answer.kind) {
    case "throttled":
      return ["throttled", answer.scope, ...(answer.retryAfterMs === null ? [] : [answer.retryAfterMs])].join(
        " ",
      );
    case "quota":
      return answer.doubtful ? "quota doubtful" : "quota";
    case "auth":
      return answer.resign ? "auth, sign again" : "auth";
    default:
      return answer.kind;
  }
}
