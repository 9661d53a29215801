import { describe, expect, it } from "vitest";
import { errorClass } from "./error-classes.ts";
import { failureOf } from "./failure-of.ts";

/** Code, HTTP status and what it must mean: every line of the error table of the facts page. */
const TABLE: readonly (readonly [code: string, status: number, kind: string])[] = [
  ["Throttling", 503, "throttled"],
  ["Throttling.User", 400, "throttled"],
  ["Throttling.Api", 400, "throttled"],
  ["TooManyRequests", 429, "throttled"],
  ["QuotaPerMinuteExceeded.Refresh", 400, "throttled"],
  ["TooMany.Refresh", 400, "transient"],
  ["PreloadQueueFull", 403, "transient"],
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
  ["InvalidAccessKeyId.Inactive", 400, "auth"],
  ["SignatureDoesNotMatch", 400, "auth"],
  ["IncompleteSignature", 400, "auth"],
  ["SignatureNonceUsed", 400, "auth, sign again"],
  ["InvalidTimeStamp.Expired", 400, "auth, sign again"],
  ["InvalidTimeStamp.Format", 400, "auth, sign again"],
  ["InvalidSecurityToken.Expired", 403, "auth, sign again"],
  ["InvalidTaskId.Malformed", 400, "poisoned"],
  ["MissingTimeParameter", 400, "refused"],
  ["MissingParameter.ObjectType", 400, "refused"],
  ["InvalidStartTime.Malformed", 400, "refused"],
  ["InvalidEndTime.Malformed", 400, "refused"],
  ["InvalidEndTime.Mismatch", 400, "refused"],
  ["InvalidStartTime.ValueNotSupported", 400, "refused"],
  ["InvalidStatus.ValueNotSupported", 400, "refused"],
  ["InvalidTime", 400, "refused"],
];

function failure(code: string, status: number, headers: Readonly<Record<string, string>> = {}) {
  const body = { RequestId: "r-1", HostId: "cdn.aliyuncs.com", Code: code, Message: "m" };
  return failureOf({ status, headers, body: JSON.stringify(body) }, body, "url");
}

describe("an error of Alibaba", () => {
  it.each(TABLE)("%s (HTTP %i) is %s", (code, status, kind) => {
    const failed = failure(code, status);
    expect(failed.kind === "auth" && failed.resign ? "auth, sign again" : failed.kind).toBe(kind);
    expect(failed).toMatchObject({ code, message: "m", requestId: "r-1" });
  });

  it("of an unlisted code may have been applied, unless its HTTP status says otherwise", () => {
    expect(errorClass("Forbiddenish.RAM")).toBeNull();
    expect(failure("Brand.New", 400).kind).toBe("ambiguous");
    expect(failure("InvalidNewThing.Malformed", 400).kind).toBe("poisoned");
    expect(failure("Brand.New", 500).kind).toBe("ambiguous");
    expect(failure("Brand.New", 429).kind).toBe("throttled");
  });

  it("of a spent day names the class that the batch spends", () => {
    expect(failure("QuotaExceeded.Refresh", 400)).toMatchObject({ kind: "quota", class: "url" });
  });

  it.each([
    [{ "x-acs-retry-after": "1500" }, 1_500],
    [{ "x-acs-retry-after": "999999" }, 120_000],
    [{ "retry-after": "3" }, 3_000],
    [{ "x-acs-retry-after": "soon" }, null],
    [{}, null],
  ])("with %j is waited out for %s ms", (headers, retryAfterMs) => {
    expect(failure("Throttling.User", 400, headers)).toMatchObject({ kind: "throttled", retryAfterMs });
  });

  it("of a domain's spent minute is waited out for a minute", () => {
    expect(failure("QuotaPerMinuteExceeded.Refresh", 400)).toMatchObject({ retryAfterMs: 60_000 });
  });
});
