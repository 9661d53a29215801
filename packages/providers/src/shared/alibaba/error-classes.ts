/** What an error code of Alibaba CDN or ApsaraVideo VOD means for the batch. */
export type ErrorClass =
  /** `leastWaitMs`: how long the code itself tells to wait, whatever a header says. */
  | { readonly kind: "throttled"; readonly scope: "call" | "domains"; readonly leastWaitMs: number | null }
  | { readonly kind: "quota"; readonly doubtful: boolean }
  | { readonly kind: "transient" | "poisoned" | "refused" }
  | { readonly kind: "auth"; readonly resign: boolean };

const THROTTLED: ErrorClass = { kind: "throttled", scope: "call", leastWaitMs: null };
/** A minute of some domain of the batch is spent; the other domains go on. */
const MINUTE_SPENT: ErrorClass = { kind: "throttled", scope: "domains", leastWaitMs: 60_000 };
const QUEUE_FULL: ErrorClass = { kind: "throttled", scope: "domains", leastWaitMs: null };
const QUOTA: ErrorClass = { kind: "quota", doubtful: false };
const QUOTA_OR_QUEUE: ErrorClass = { kind: "quota", doubtful: true };
const TRANSIENT: ErrorClass = { kind: "transient" };
const POISONED: ErrorClass = { kind: "poisoned" };
const REFUSED: ErrorClass = { kind: "refused" };
const AUTH: ErrorClass = { kind: "auth", resign: false };
const STALE_SIGNATURE: ErrorClass = { kind: "auth", resign: true };

/**
 * By `Code`, never by HTTP status: daily quota, minute limit and bad input are all 400, a full
 * queue is 403. Sources per code: H:91164, H:452794, H:434846, GHCDN, GHVOD, DCDN-TWIN.
 */
const BY_CODE: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["Throttling", THROTTLED],
  ["TooManyRequests", THROTTLED],
  ["QuotaPerMinuteExceeded.Refresh", MINUTE_SPENT],
  // Back-pressure of one domain's queue, not of the call.
  ["TooMany.Refresh", QUEUE_FULL],
  // A full queue by its message, the day's end by H:queue-full: the quota query tells them apart.
  ["PreloadQueueFull", QUOTA_OR_QUEUE],
  // Prefetches answer with the same code.
  ["QuotaExceeded.Refresh", QUOTA],
  // Too many entries, or an entry or its domain that is not ours: the answer does not say which.
  ["SingleRequest.OverLimit", POISONED],
  ["InvalidObjectPath.Size.Malformed", POISONED],
  ["InvalidObjectPath.Malformed", POISONED],
  ["ObjectPath.Malformed", POISONED],
  ["InvalidExtensiveDomain.ValueNotSupported", POISONED],
  ["InvalidDomain.NotFound", POISONED],
  ["InvalidDomain.Offline", POISONED],
  ["IllegalOperation", POISONED],
  ["IllegalOperationDomain", POISONED],
  ["DomainInProtectedMode", POISONED],
  ["InvalidObjectType.ValueNotSupported", REFUSED],
  ["InvalidObjectType.Malformed", REFUSED],
  ["MissingParameter", REFUSED],
  // The operation is not there, at this host or in this region: no part of the batch would fare better.
  ["InvalidAction", REFUSED],
  ["ServiceBusy", TRANSIENT],
  ["SystemUpgrading", TRANSIENT],
  ["InvalidDomain.Configure_failed", TRANSIENT],
  ["InternalError", TRANSIENT],
  ["ServiceUnavailable", TRANSIENT],
  ["ServiceUnAvailable", TRANSIENT],
  // The account, not the key: still nothing of it can go through.
  ["OperationDenied", AUTH],
  ["OperationDenied.Suspended", AUTH],
  ["CdnServiceNotFound", AUTH],
  ["Forbidden", AUTH],
  ["NoPermission", AUTH],
  ["InvalidAccessKeyId", AUTH],
  ["SignatureDoesNotMatch", AUTH],
  ["IncompleteSignature", AUTH],
  ["SignatureNonceUsed", STALE_SIGNATURE],
  ["InvalidTimeStamp", STALE_SIGNATURE],
  ["InvalidSecurityToken", STALE_SIGNATURE],
  // Task queries. One bad id spoils the query for the nine others.
  ["InvalidTaskId.Malformed", POISONED],
  ["MissingParameter.ObjectType", REFUSED],
  ["MissingTimeParameter", REFUSED],
  ["InvalidStartTime.Malformed", REFUSED],
  ["InvalidStartTime.ValueNotSupported", REFUSED],
  ["InvalidEndTime.Malformed", REFUSED],
  ["InvalidEndTime.Mismatch", REFUSED],
  ["InvalidStatus.ValueNotSupported", REFUSED],
  ["InvalidTime", REFUSED],
]);

/** Families that are documented as `Name.*`: Throttling.User, Forbidden.RAM, InvalidSecurityToken.Expired … */
const FAMILIES: ReadonlySet<string> = new Set([
  "Throttling",
  "Forbidden",
  "InvalidAction",
  "InvalidAccessKeyId",
  "InvalidTimeStamp",
  "InvalidSecurityToken",
]);

/** What a code that no page lists says of itself: some entry or parameter is at fault, and nothing was applied. */
const BAD_INPUT = /^(Invalid|Missing)[A-Z]/;

/** null: a code that no page lists, and that does not say what it means either. */
export function errorClass(code: string): ErrorClass | null {
  const exact = BY_CODE.get(code);
  if (exact !== undefined) return exact;
  const family = code.split(".", 1)[0] ?? code;
  if (FAMILIES.has(family)) return BY_CODE.get(family) ?? null;
  return BAD_INPUT.test(code) ? POISONED : null;
}
