import type { Failure, HttpReply, Lane } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { API3_ERRORS } from "./api3-errors.ts";
import { tencentCdn } from "./index.ts";
import { V2_BUSINESS_ERRORS, V2_ERRORS } from "./v2-errors.ts";

/*
 * Written from the provider's error lists, not from our table: every listed code, by what must
 * happen to the batch.
 */
const API3: Readonly<Record<string, readonly string[]>> = {
  throttled: [
    "RequestLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "UnauthorizedOperation.OperationTooOften",
    "LimitExceeded.CdnHostOpTooOften",
  ],
  quota: [
    "LimitExceeded.CdnPurgeUrlExceedDayLimit",
    "LimitExceeded.CdnPurgeExceedDayLimit",
    "LimitExceeded.CdnPurgePathExceedDayLimit",
    "LimitExceeded.CdnPushExceedDayLimit",
  ],
  poisoned: [
    "LimitExceeded.CdnPurgeUrlExceedBatchLimit",
    "LimitExceeded.CdnPurgeExceedBatchLimit",
    "LimitExceeded.CdnPurgePathExceedBatchLimit",
    "LimitExceeded.CdnPushExceedBatchLimit",
    "RequestSizeLimitExceeded",
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidParameter.CdnParamError",
    "InvalidParameter.CdnUrlExceedLength",
    "InvalidParameter.CdnPurgeWildcardNotAllowed",
    "InvalidParameter.CdnPushWildcardNotAllowed",
    "InvalidParameter.CdnHostInvalidParam",
    "InvalidParameter.CdnHostInvalidStatus",
    "ResourceUnavailable.CdnHostIsNotOnline",
    "ResourceUnavailable.CdnHostIsLocked",
    "ResourceNotFound.CdnHostNotExists",
    "UnauthorizedOperation.CdnHostUnauthorized",
  ],
  ambiguous: [
    "InternalError",
    "InternalError.CdnSystemError",
    "InvalidParameter.CdnInterfaceError",
    "UnauthorizedOperation.CdnUserInvalidCredential",
    "FailedOperation",
    "FailedOperation.CdnConfigError",
    "A.Code.That.Nobody.Listed",
    "UnauthorizedOperation.SomethingNew",
  ],
  transient: ["ServiceUnavailable", "ResourceInUse.CdnOpInProgress"],
  "auth, signed anew once": ["AuthFailure.SignatureExpire"],
  auth: [
    "AuthFailure",
    "AuthFailure.SignatureFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.TokenFailure",
    "AuthFailure.MFAFailure",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.UnauthorizedOperation",
    "UnauthorizedOperation",
    "UnauthorizedOperation.CdnCamUnauthorized",
    "UnauthorizedOperation.CdnUserAuthFail",
    "UnauthorizedOperation.CdnUserAuthWait",
    "UnauthorizedOperation.CdnUserIsSuspended",
    "UnauthorizedOperation.CdnUserIsIsolated",
    "UnauthorizedOperation.CdnUserNoWhitelist",
    "UnauthorizedOperation.OpNoAuth",
  ],
  refused: [
    "InvalidParameter.CdnStatInvalidDate",
    "MissingParameter",
    "UnknownParameter",
    "ResourceNotFound.CdnUserNotExists",
    "OperationDenied.ProductUpgraded",
    "OperationDenied.ProductUpdating",
    "OperationDenied.UserMigrating",
    "ActionOffline",
    "NoSuchVersion",
    "InvalidAction",
  ],
};

const V2: Readonly<Record<string, readonly string[]>> = {
  throttled: ["4400"],
  quota: ["4400 (1001)超过每日配额", "4400 over the daily quota"],
  poisoned: [
    "4000",
    "4000 (9105)no such domain",
    "4000 (9107)bad domain",
    "4000 (9003)bad parameter",
    "5000",
  ],
  ambiguous: ["4000 (9000)system error", "5400", "6000", "1234 unknown"],
  transient: ["5100", "6200"],
  "auth, signed anew once": ["4200", "4500"],
  auth: ["4100", ...Array.from({ length: 10 }, (_, at) => String(4101 + at)), "4300"],
  refused: ["4600", "6100"],
};

const cases = (table: Readonly<Record<string, readonly string[]>>): [string, string][] =>
  Object.entries(table).flatMap(([kind, codes]) => codes.map((code): [string, string] => [code, kind]));

const kindOf = (outcome: { readonly kind: string } | Failure): string =>
  "resign" in outcome && outcome.resign ? `${outcome.kind}, signed anew once` : outcome.kind;

const decode = (body: unknown, lane: Lane = "purge-url") => {
  const reply: HttpReply = { status: 200, headers: {}, body: JSON.stringify(body) };
  return tencentCdn.decode(reply, { lane, items: ["https://a.test/"], options: {} });
};
const api3Error = (Code: string) => ({ Response: { Error: { Code, Message: "why" }, RequestId: "r" } });

describe("codes of API 3.0", () => {
  it.each(cases(API3))("%s is %s", (code, kind) => {
    const outcome = decode(api3Error(code));
    expect(kindOf(outcome)).toBe(kind);
    expect(outcome).toMatchObject({ code, message: "why", requestId: "r" });
  });

  it("are all tested", () => {
    const tested = new Set(Object.values(API3).flat());
    expect(Object.keys(API3_ERRORS).filter((code) => !tested.has(code))).toEqual([]);
  });

  it("name the quota class of the batch's lane", () => {
    const classOf = (lane: Lane) => decode(api3Error("LimitExceeded.CdnPurgeExceedDayLimit"), lane);
    expect(classOf("purge-url")).toMatchObject({ class: "url" });
    expect(classOf("purge-directory")).toMatchObject({ class: "directory" });
    expect(classOf("prefetch-url")).toMatchObject({ class: "prefetch" });
  });
});

describe("codes of v2", () => {
  it.each(cases(V2))("%s is %s", (text, kind) => {
    const [code = "", ...words] = text.split(" ");
    expect(kindOf(decode({ code: Number(code), message: words.join(" "), codeDesc: "x" }))).toBe(kind);
  });

  it("are all tested", () => {
    const tested = Object.values(V2).flat().join(" ");
    const listed = [...Object.keys(V2_ERRORS), ...Object.keys(V2_BUSINESS_ERRORS)];
    expect(listed.filter((code) => !tested.includes(code))).toEqual([]);
  });
});

describe("words that JavaScript's objects know", () => {
  it.each(["constructor", "__proto__", "toString", "InternalError.constructor"])(
    "%s is no code and no status",
    (word) => {
      const kinds = [decode(api3Error(word)), decode({ code: word, message: `(1)${word}` })].map(
        ({ kind }) => kind,
      );
      expect(kinds).toEqual(["ambiguous", "ambiguous"]);
      const task = { call: "DescribePurgeTasks", id: "t", state: { urls: 1 } };
      const body = JSON.stringify({
        Response: { PurgeLogs: [{ Url: "https://a.test/", Status: word }], TotalCount: word },
      });
      expect(tencentCdn.poll.decode({ status: 200, headers: {}, body }, [task])).toMatchObject({
        tasks: [{ rows: [], next: [task] }],
      });
    },
  );
});
