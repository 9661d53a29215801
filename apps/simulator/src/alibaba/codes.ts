import type { Answer, Visit } from "../kernel/index.ts";
import { type Product, readRequest } from "./read-call.ts";
import { type Refusal, refuse } from "./replies.ts";

type Listed = readonly [status: number, message: string];

/** Both products' error pages: the HTTP status and the first words of the message. */
const COMMON = {
  Throttling: [503, "Request was denied due to request throttling."],
  "Throttling.User": [400, "Request was denied due to user flow control."],
  "Throttling.Api": [400, "Request was denied due to api flow control."],
  TooManyRequests: [429, "Too many requests, please try again later."],
  "QuotaPerMinuteExceeded.Refresh": [400, "You tried to refresh too frequently. Please retry in a minute."],
  "TooMany.Refresh": [400, "The refresh queue is full, please try again later."],
  PreloadQueueFull: [403, "Preload queue is full, please try again later!"],
  "QuotaExceeded.Refresh": [400, "Your refresh attempts have exceeded the daily limit."],
  "SingleRequest.OverLimit": [400, "A maximum of 1000 URLs is allowed in a request."],
  "InvalidObjectPath.Size.Malformed": [400, "The size of ObjectPath is bigger than 1000."],
  "InvalidObjectPath.Malformed": [400, "The value of ObjectPath is malformed."],
  "ObjectPath.Malformed": [400, "The value of ObjectPath is malformed."],
  "InvalidObjectType.ValueNotSupported": [400, "The specified ObjectType is not supported."],
  "InvalidObjectType.Malformed": [400, "The specified ObjectType is malformed."],
  "InvalidExtensiveDomain.ValueNotSupported": [400, "The specified Extensive domain is not supported."],
  MissingParameter: [400, 'The input parameter "ObjectPath" that is mandatory is not supplied.'],
  "InvalidDomain.NotFound": [404, "The domain provided does not belong to you."],
  "InvalidDomain.Offline": [404, "The domain provided is offline."],
  IllegalOperation: [403, "Illegal domain operate is not permitted."],
  IllegalOperationDomain: [400, "You are not authorized to operate the domain."],
  DomainInProtectedMode: [403, "The domain is in protected mode."],
  ServiceBusy: [403, "The specified Domain is configuring, please retry later."],
  SystemUpgrading: [403, "The system is being upgraded."],
  "InvalidDomain.Configure_failed": [500, "Failed to configure the provided domain."],
  InternalError: [500, "The request processing has failed due to some unknown error."],
  ServiceUnavailable: [503, "The request has failed due to a temporary failure of the server."],
  Forbidden: [403, "User not authorized to operate on the specified resource."],
  "Forbidden.RAM": [
    403,
    "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
  ],
  NoPermission: [403, "You are not authorized to do this action."],
  "InvalidAccessKeyId.NotFound": [404, "Specified access key is not found."],
  "InvalidAccessKeyId.Inactive": [400, "Specified access key is disabled."],
  SignatureDoesNotMatch: [400, "Specified signature is not matched with our calculation."],
  IncompleteSignature: [400, "The request signature does not conform to Aliyun standards."],
  SignatureNonceUsed: [400, "Specified signature nonce was used already."],
  "InvalidTimeStamp.Expired": [400, "Specified time stamp or date value is expired."],
  "InvalidTimeStamp.Format": [400, "Specified time stamp or date value is not well formatted."],
  "InvalidSecurityToken.Expired": [403, "Specified SecurityToken is expired."],
  "InvalidSecurityToken.Malformed": [400, "Specified SecurityToken is malformed."],
  "InvalidTaskId.Malformed": [400, "The specified TaskId is invalid."],
  MissingTimeParameter: [400, "StartTime and EndTime must be specified together."],
  "MissingParameter.ObjectType": [400, "ObjectType must be specified with DomainName or Status."],
  "InvalidStartTime.Malformed": [400, "Specified StartTime is malformed."],
  "InvalidStartTime.ValueNotSupported": [400, "The specified StartTime is not supported."],
  "InvalidEndTime.Malformed": [400, "Specified EndTime is malformed."],
  "InvalidEndTime.Mismatch": [400, "Specified EndTime does not match StartTime."],
  "InvalidStatus.ValueNotSupported": [400, "The specified Status is not supported."],
  InvalidTime: [400, "The specified time is out of the range that can be queried."],
  // The platform's own, for a value or a name that no code of the operation's covers.
  InvalidParameter: [400, "The specified parameter is not valid."],
  "InvalidAction.NotFound": [404, "Specified api is not found, please check your url and method."],
} as const satisfies Readonly<Record<string, Listed>>;

/** The same state of an account and of the service has other names at each. */
const OWN: Readonly<Record<Product, Readonly<Record<string, Listed>>>> = {
  "alibaba-cdn": {
    OperationDenied: [403, "Your account does not open CDN service yet."],
    CdnServiceNotFound: [403, "The CDN service is suspended."],
  },
  "alibaba-vod": {
    "OperationDenied.Suspended": [403, "Your VOD service is suspended."],
    ServiceUnAvailable: [503, "The request has failed due to a temporary failure of the server."],
  },
};

/** The refusal with this code; `message`: in place of the page's words. */
export function listed(code: keyof typeof COMMON, message?: string): Refusal {
  const [status, words] = COMMON[code];
  return [status, code, message ?? words];
}

export const THROTTLED: Refusal = listed("Throttling.User");

/** What an injected `code` fault can make the product say. */
export function codesOf(product: string): readonly string[] {
  return Object.keys(tableOf(product));
}

export function refuseWith(visit: Visit, code: string, message: string | null): Answer | null {
  const table = tableOf(readRequest(visit.request).product ?? "");
  const found = Object.hasOwn(table, code) ? table[code] : undefined;
  return found === undefined ? null : refuse(visit, [found[0], code, message ?? found[1]]);
}

function tableOf(product: string): Readonly<Record<string, Listed>> {
  const isOurs = product === "alibaba-cdn" || product === "alibaba-vod";
  return isOurs ? { ...COMMON, ...OWN[product] } : {};
}

export function missing(name: string): Refusal {
  const message = `The input parameter "${name}" that is mandatory for processing this request is not supplied.`;
  return listed("MissingParameter", message);
}

export function invalid(name: string): Refusal {
  return listed("InvalidParameter", `The specified parameter ${name} is not valid.`);
}
