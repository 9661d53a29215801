import type { BatchContent, HttpReply, Lane, Outcome, PollAnswer, QuotaAnswer } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { API3_ERRORS } from "./api3-errors.ts";
import { tencentCdn } from "./index.ts";
import { sampleAccount } from "./sample-account.ts";
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
  ],
  "throttled, its domains only": ["LimitExceeded.CdnHostOpTooOften"],
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
    "ActionOffline",
    "NoSuchVersion",
    "InvalidAction",
  ],
  "refused, with a way out": [
    "OperationDenied.ProductUpgraded",
    "OperationDenied.ProductUpdating",
    "OperationDenied.UserMigrating",
  ],
};

/** Of a key that may purge and may not ask: its purges must go on. */
const NO_RIGHT_TO_ASK: readonly string[] = [
  "AuthFailure.UnauthorizedOperation",
  "UnauthorizedOperation",
  "UnauthorizedOperation.CdnCamUnauthorized",
  "UnauthorizedOperation.OpNoAuth",
];

const V2: Readonly<Record<string, readonly string[]>> = {
  throttled: ["4400"],
  quota: ["4400 (1001)超过每日配额", "4400 over the daily quota"],
  poisoned: [
    "4000",
    "4000 (-9018)domain check failed",
    "4000 (9003)bad parameter",
    "4000 (9092)somebody else's domain",
    "4000 (9093)somebody else's wildcard",
    "4000 (9105)no such domain",
    "4000 (9107)bad domain",
    "4000 (9110)no such host",
    // Of other operations, or of no known meaning: the public code decides.
    "4000 (1003)no FTP",
    "4000 (9089)too many domains",
    "4000 (9103)not to be deleted",
    "4000 (9111)",
    "5000",
  ],
  ambiguous: [
    "4000 (-9021)object storage",
    "4000 (-9015)system",
    "4000 (-9014)database",
    "4000 (-9011)timeout",
    "4000 (-9009)no record",
    "4000 (9000)system error",
    "5400",
    "6000",
    "1234 unknown",
    "-9021",
    "9003",
  ],
  transient: ["5100", "5100 (9111)", "6200"],
  "auth, signed anew once": ["4200", "4500"],
  auth: [
    "4100",
    ...Array.from({ length: 10 }, (_, at) => String(4101 + at)),
    "4300",
    "4000 (1001)identity under review",
    "4000 (1002)identity not proved",
  ],
  refused: ["4600", "6100"],
};

const cases = (table: Readonly<Record<string, readonly string[]>>): [string, string][] =>
  Object.entries(table).flatMap(([kind, codes]) => codes.map((code): [string, string] => [code, kind]));

const kindOf = (outcome: Outcome | PollAnswer | QuotaAnswer): string => {
  if (outcome.kind === "auth" && outcome.resign) return "auth, signed anew once";
  if (outcome.kind === "throttled" && outcome.scope === "domains") return "throttled, its domains only";
  if (outcome.kind === "refused" && /EdgeOne.*teo/.test(outcome.message)) return "refused, with a way out";
  return outcome.kind;
};

const replyOf = (body: unknown, status = 200): HttpReply => ({
  status,
  headers: {},
  body: JSON.stringify(body),
});
const decode = (
  body: unknown,
  lane: Lane = "purge-url",
  options: BatchContent["options"] = {},
  status = 200,
) => tencentCdn.decode(replyOf(body, status), { lane, items: ["https://a.test/"], options });
const api3Error = (Code: string) => ({ Response: { Error: { Code, Message: "why" }, RequestId: "r" } });

describe("codes of API 3.0", () => {
  it.each(cases(API3))("%s is %s", (code, kind) => {
    const outcome = decode(api3Error(code));
    expect(kindOf(outcome)).toBe(kind);
    expect(outcome).toMatchObject({ code, message: expect.stringMatching(/^why/), requestId: "r" });
  });

  it.each(cases(API3))("%s is %s whatever the HTTP status and the call", (code, kind) => {
    const listed = kind !== "ambiguous";
    for (const status of listed ? [400, 401, 403, 429, 500, 502] : [500]) {
      expect(kindOf(decode(api3Error(code), "prefetch-url", {}, status))).toBe(kind);
    }
    const task = { call: "DescribePushTasks", id: "t", state: { urls: 1, limit: 100 } };
    const kindToQuery = NO_RIGHT_TO_ASK.includes(code) ? "refused" : kind;
    expect(kindOf(tencentCdn.poll.decode(replyOf(api3Error(code)), [task]))).toBe(kindToQuery);
    for (const call of tencentCdn.quota?.calls(sampleAccount()) ?? []) {
      const answer = tencentCdn.quota?.decode(call, replyOf(api3Error(code)));
      expect(answer === undefined ? "" : kindOf(answer)).toBe(kindToQuery);
    }
  });

  it("are all tested", () => {
    const tested = new Set(Object.values(API3).flat());
    expect(Object.keys(API3_ERRORS).filter((code) => !tested.has(code))).toEqual([]);
  });

  it("name the quota class that the batch's lane and area spend, or none where it alone does not tell", () => {
    const classOf = (lane: Lane, options: BatchContent["options"] = {}) => {
      const outcome = decode(api3Error("LimitExceeded.CdnPurgeExceedDayLimit"), lane, options);
      return outcome.kind === "quota" ? outcome.class : outcome;
    };
    expect(classOf("purge-url")).toBeNull();
    expect(classOf("purge-directory")).toBeNull();
    expect(classOf("prefetch-url")).toBe("prefetch");
    expect(classOf("purge-url", { Area: "mainland" })).toBe("url");
    expect(classOf("purge-url", { Area: "overseas" })).toBe("url@overseas");
    expect(classOf("purge-directory", { Area: "overseas" })).toBe("directory@overseas");
    expect(classOf("prefetch-url", { Area: "overseas" })).toBe("prefetch@overseas");
    expect(classOf("prefetch-url", { Area: "global" })).toBeNull();
  });
});

describe("a page of some proxy", () => {
  it.each([200, 404, 500, 502])("under status %i may have let the call through", (status) => {
    const reply = { status, headers: {}, body: "<html><body>502 Bad Gateway</body></html>" };
    const batch = { lane: "purge-url", items: ["https://a.test/"], options: {} } as const;
    const task = { call: "GetCdnRefreshLog", id: "t", state: { urls: 1 } };
    expect(tencentCdn.decode(reply, batch).kind).toBe("ambiguous");
    expect(tencentCdn.poll.decode(reply, [task]).kind).toBe("ambiguous");
    expect(tencentCdn.quota?.decode("DescribePushQuota", reply).kind).toBe("ambiguous");
  });
});

describe("codes of v2", () => {
  it.each(cases(V2))("%s is %s", (text, kind) => {
    const [code = "", ...words] = text.split(" ");
    expect(kindOf(decode({ code: Number(code), message: words.join(" "), codeDesc: "x" }))).toBe(kind);
  });

  it("are all tested", () => {
    const tested = Object.values(V2).flat();
    const listed = [
      ...Object.keys(V2_ERRORS),
      ...Object.keys(V2_BUSINESS_ERRORS).map((code) => `4000 (${code})`),
    ];
    expect(listed.filter((code) => !tested.some((text) => text.startsWith(code)))).toEqual([]);
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
