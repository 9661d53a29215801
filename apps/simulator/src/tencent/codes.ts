import type { AccountSettings } from "@purgeline/core";
import type { Answer, Visit } from "../kernel/index.ts";
import { api3Error } from "./api3.ts";
import { readCall } from "./read-call.ts";
import { v2Error } from "./v2.ts";

/**
 * What an injected `code` fault can make API 3.0 say: the CDN's codes that a purge, a push or a query
 * of them can meet (tencentcloud-sdk-go cdn/v20180606/errors.go), and the common ones of the gateway.
 */
const API3: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ActionOffline: "The action is offline.",
    AuthFailure: "CAM signature or authentication error.",
    "AuthFailure.InvalidAuthorization": "The Authorization header does not comply with the standard.",
    "AuthFailure.InvalidSecretId": "The key is not a TencentCloud API key.",
    "AuthFailure.MFAFailure": "Multi-factor authentication failed.",
    "AuthFailure.SecretIdNotFound": "The SecretId is not found.",
    "AuthFailure.SignatureExpire": "The signature has expired.",
    "AuthFailure.SignatureFailure": "The provided credentials could not be validated.",
    "AuthFailure.TokenFailure": "The token is wrong.",
    FailedOperation: "The operation failed.",
    "FailedOperation.CdnConfigError": "The domain's configuration could not be updated.",
    InternalError: "An internal error occurred.",
    "InternalError.CdnSystemError": "A system error occurred.",
    InvalidAction: "The action is not valid.",
    InvalidParameter: "The parameter is wrong.",
    "InvalidParameter.CdnHostInvalidParam": "The domain's configuration is wrong.",
    "InvalidParameter.CdnHostInvalidStatus": "The domain's state does not allow this.",
    "InvalidParameter.CdnInterfaceError": "An internal interface failed.",
    "InvalidParameter.CdnParamError": "Parameter error.",
    "InvalidParameter.CdnPurgeWildcardNotAllowed": "Wildcard domains cannot be purged.",
    "InvalidParameter.CdnPushWildcardNotAllowed": "Wildcard domains cannot be pushed.",
    "InvalidParameter.CdnStatInvalidDate": "The date is wrong.",
    "InvalidParameter.CdnUrlExceedLength": "The URL exceeds the length limit.",
    InvalidParameterValue: "The parameter's value is wrong.",
    "LimitExceeded.CdnHostOpTooOften": "The domain is operated too often.",
    "LimitExceeded.CdnPurgeExceedBatchLimit": "Too many in one call.",
    "LimitExceeded.CdnPurgeExceedDayLimit": "The daily limit is exceeded.",
    "LimitExceeded.CdnPurgePathExceedBatchLimit": "Too many directories in one call.",
    "LimitExceeded.CdnPurgePathExceedDayLimit": "The daily limit of directories is exceeded.",
    "LimitExceeded.CdnPurgeUrlExceedBatchLimit": "Too many URLs in one call.",
    "LimitExceeded.CdnPurgeUrlExceedDayLimit": "The daily limit of URLs is exceeded.",
    "LimitExceeded.CdnPushExceedBatchLimit": "Too many pushes in one call.",
    "LimitExceeded.CdnPushExceedDayLimit": "The daily limit of pushes is exceeded.",
    MissingParameter: "A parameter is missing.",
    NoSuchVersion: "The version does not exist.",
    "OperationDenied.ProductUpdating": "The product is being upgraded to EdgeOne.",
    "OperationDenied.ProductUpgraded": "The product was upgraded to EdgeOne.",
    "OperationDenied.UserMigrating": "The account is being migrated.",
    RequestLimitExceeded: "Your current request times exceed the limit of this action.",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded": "The account exceeds the limit over all regions.",
    "RequestLimitExceeded.IPLimitExceeded": "The IP address exceeds the limit.",
    "RequestLimitExceeded.UinLimitExceeded": "The account exceeds the limit.",
    RequestSizeLimitExceeded: "The request size exceeds the limit.",
    "ResourceInUse.CdnOpInProgress": "An operation is in progress.",
    "ResourceNotFound.CdnHostNotExists": "The domain does not exist.",
    "ResourceNotFound.CdnUserNotExists": "The user does not exist.",
    "ResourceUnavailable.CdnHostIsLocked": "The domain is locked.",
    "ResourceUnavailable.CdnHostIsNotOnline": "The domain is not online.",
    ServiceUnavailable: "The service is unavailable.",
    UnauthorizedOperation: "The operation is not authorized.",
    "UnauthorizedOperation.CdnCamUnauthorized": "The sub-account has no policy for this.",
    "UnauthorizedOperation.CdnHostUnauthorized": "The sub-account has no right to the domain.",
    "UnauthorizedOperation.CdnUserAuthFail": "The user's identity was not proved.",
    "UnauthorizedOperation.CdnUserAuthWait": "The user's identity is under review.",
    "UnauthorizedOperation.CdnUserInvalidCredential": "An internal interface failed.",
    "UnauthorizedOperation.CdnUserIsIsolated": "The service is isolated: the account is in arrears.",
    "UnauthorizedOperation.CdnUserIsSuspended": "The service is suspended.",
    "UnauthorizedOperation.CdnUserNoWhitelist": "The user is not on the allowlist.",
    "UnauthorizedOperation.OpNoAuth": "No right to the operation.",
    "UnauthorizedOperation.OperationTooOften": "The operation is called too often.",
    UnknownParameter: "A parameter is not recognized.",
  }),
);

/** The public numbers of v2, with their `codeDesc` and words (document/product/228/5078). */
const V2_PUBLIC: Readonly<Record<string, readonly [codeDesc: string, message: string]>> = {
  "4000": ["InvalidParameter", "请求参数非法"],
  "4100": ["AuthFailure", "身份认证失败"],
  "4200": ["RequestExpired", "请求过期"],
  "4300": ["Forbidden", "拒绝访问"],
  "4400": ["RequestLimitExceeded", "请求的次数超过了配额限制"],
  "4500": ["ReplayAttack", "重放攻击"],
  "4600": ["UnsupportedProtocol", "协议不支持"],
  "5000": ["ResourceNotFound", "资源不存在"],
  "5100": ["ResourceOpFailed", "资源操作失败"],
  "5400": ["PartialSuccess", "部分执行成功"],
  "6000": ["InternalError", "服务器内部错误"],
  "6100": ["ActionNotSupported", "版本暂不支持"],
  "6200": ["ActionUnavailable", "接口暂时无法访问"],
};

/** Business numbers come inside the message of a 4000, and as its `codeDesc`. */
const V2_BUSINESS: Readonly<Record<string, string>> = {
  "-9021": "COS 接口异常,请稍后重试",
  "-9018": "域名检查失败",
  "-9015": "系统错误,请联系厂商处理",
  "-9014": "数据库错误,请联系厂商处理",
  "-9011": "域名配置接口超时,请稍后重试",
  "-9009": "满足所查询条件的记录不存在",
  "1001": "实名认证审核中",
  "1002": "未进行实名认证",
  "1003": "未开通 FTP 账号",
  "9000": "系统错误,请稍后重试",
  "9003": "参数错误",
  "9089": "当前账户接入域名到达上限",
  "9092": "域名已被其他用户添加",
  "9093": "域名对应泛域名已被其他用户添加",
  "9103": "仅待认证、审核中和已关闭的域名才可进行删除操作",
  "9105": "域名不存在,请确认后重试",
  "9107": "域名格式错误",
  "9110": "没有这个域名的信息 cdn no such host",
  "9111": "",
};

type V2Words = readonly [code: string, codeDesc: string, message: string];

const V2: ReadonlyMap<string, V2Words> = new Map<string, V2Words>([
  ...Object.entries(V2_PUBLIC).map(([code, [desc, words]]): [string, V2Words] => [code, [code, desc, words]]),
  ...authCodes().map((code): [string, V2Words] => [code, [code, "AuthFailure", "身份认证失败"]]),
  ...Object.entries(V2_BUSINESS).map(([code, words]): [string, V2Words] => [
    code,
    ["4000", code, `(${code})${words}`],
  ]),
]);

/** 4101 to 4110: the platform's newer list (doc/api/309/7025) divides 4100. */
function authCodes(): readonly string[] {
  return Array.from({ length: 10 }, (_, at) => String(4_101 + at));
}

export function codesOf({ signature }: AccountSettings): readonly string[] {
  return [...(signature?.startsWith("v2-") === true ? V2 : API3).keys()];
}

export function refuseWith({ request }: Visit, code: string, message: string | null): Answer | null {
  if (readCall(request).api === "v2") {
    const listed = V2.get(code);
    if (listed === undefined) return null;
    const [number, codeDesc, words] = listed;
    return v2Error(number, codeDesc, message ?? words);
  }
  const words = API3.get(code);
  return words === undefined ? null : api3Error(code, message ?? words);
}
