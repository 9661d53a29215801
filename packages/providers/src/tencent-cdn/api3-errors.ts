import { entryOf } from "../shared/entry-of.ts";
import type { ErrorClass } from "./error-class.ts";

/*
 * Codes of API 3.0 as the official SDKs list them (tencentcloud-sdk-go cdn/v20180606/errors.go,
 * tencentcloud-sdk-python errorcodes.py) and the common codes. They come under HTTP 200, and
 * their prefixes mislead: OperationTooOften is throttling though it begins with
 * "UnauthorizedOperation", CdnInterfaceError is the provider's own fault though it begins with
 * "InvalidParameter".
 *
 * - A fault inside the provider does not say that nothing was applied: `ambiguous`.
 * - The submit answers for the whole batch, so whatever one URL or its domain can cause is
 *   `poisoned`: bisecting lets the others through. CdnHostUnauthorized is among these ("this
 *   sub-account has no right to the domain"): stopping the account would punish its other domains.
 */
export const API3_ERRORS: Readonly<Record<string, ErrorClass>> = {
  RequestLimitExceeded: "throttled",
  "RequestLimitExceeded.UinLimitExceeded": "throttled",
  "RequestLimitExceeded.IPLimitExceeded": "throttled",
  "RequestLimitExceeded.GlobalRegionUinLimitExceeded": "throttled",
  "UnauthorizedOperation.OperationTooOften": "throttled",
  "LimitExceeded.CdnHostOpTooOften": "domains",

  "LimitExceeded.CdnPurgeUrlExceedDayLimit": "quota",
  "LimitExceeded.CdnPurgeExceedDayLimit": "quota",
  "LimitExceeded.CdnPurgePathExceedDayLimit": "quota",
  "LimitExceeded.CdnPushExceedDayLimit": "quota",

  "LimitExceeded.CdnPurgeUrlExceedBatchLimit": "poisoned",
  "LimitExceeded.CdnPurgeExceedBatchLimit": "poisoned",
  "LimitExceeded.CdnPurgePathExceedBatchLimit": "poisoned",
  "LimitExceeded.CdnPushExceedBatchLimit": "poisoned",
  RequestSizeLimitExceeded: "poisoned",

  InternalError: "ambiguous",
  "InvalidParameter.CdnInterfaceError": "ambiguous",
  "UnauthorizedOperation.CdnUserInvalidCredential": "ambiguous",
  FailedOperation: "ambiguous",
  ServiceUnavailable: "transient",
  "ResourceInUse.CdnOpInProgress": "transient",

  "AuthFailure.SignatureExpire": "resign",
  AuthFailure: "auth",
  "AuthFailure.SignatureFailure": "auth",
  "AuthFailure.SecretIdNotFound": "auth",
  "AuthFailure.InvalidSecretId": "auth",
  "AuthFailure.TokenFailure": "auth",
  "AuthFailure.MFAFailure": "auth",
  "AuthFailure.InvalidAuthorization": "auth",
  UnauthorizedOperation: "auth",
  "UnauthorizedOperation.CdnCamUnauthorized": "auth",
  "UnauthorizedOperation.CdnUserAuthFail": "auth",
  "UnauthorizedOperation.CdnUserAuthWait": "auth",
  "UnauthorizedOperation.CdnUserIsSuspended": "auth",
  "UnauthorizedOperation.CdnUserIsIsolated": "auth",
  "UnauthorizedOperation.CdnUserNoWhitelist": "auth",
  "UnauthorizedOperation.OpNoAuth": "auth",

  InvalidParameter: "poisoned",
  InvalidParameterValue: "poisoned",
  "InvalidParameter.CdnParamError": "poisoned",
  "InvalidParameter.CdnUrlExceedLength": "poisoned",
  "InvalidParameter.CdnPurgeWildcardNotAllowed": "poisoned",
  "InvalidParameter.CdnPushWildcardNotAllowed": "poisoned",
  "InvalidParameter.CdnHostInvalidParam": "poisoned",
  "InvalidParameter.CdnHostInvalidStatus": "poisoned",
  "ResourceUnavailable.CdnHostIsNotOnline": "poisoned",
  "ResourceUnavailable.CdnHostIsLocked": "poisoned",
  "ResourceNotFound.CdnHostNotExists": "poisoned",
  "UnauthorizedOperation.CdnHostUnauthorized": "poisoned",

  "InvalidParameter.CdnStatInvalidDate": "refused",
  MissingParameter: "refused",
  UnknownParameter: "refused",
  "ResourceNotFound.CdnUserNotExists": "refused",
  "OperationDenied.ProductUpgraded": "moved",
  "OperationDenied.ProductUpdating": "moved",
  "OperationDenied.UserMigrating": "moved",
  ActionOffline: "refused",
  NoSuchVersion: "refused",
  InvalidAction: "refused",
};

/** Of a CAM policy that leaves an action out: the common code, and the CDN's own ones. */
export const ABOUT_RIGHTS: ReadonlySet<string> = new Set([
  "AuthFailure.UnauthorizedOperation",
  "UnauthorizedOperation",
  "UnauthorizedOperation.CdnCamUnauthorized",
  "UnauthorizedOperation.OpNoAuth",
]);

/** Codes that the provider keeps adding under one meaning: `InternalError.CdnDbError` is an `InternalError`. */
const FAMILIES: readonly string[] = [
  "InternalError",
  "FailedOperation",
  "RequestLimitExceeded",
  "AuthFailure",
];

/** Null: a code that nobody listed. */
export function api3Class(code: string): ErrorClass | null {
  const listed = entryOf(API3_ERRORS, code);
  if (listed !== null) return listed;
  const family = code.split(".", 1)[0] ?? "";
  return FAMILIES.includes(family) ? entryOf(API3_ERRORS, family) : null;
}
