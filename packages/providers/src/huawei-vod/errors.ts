/**
 * What a code of the provider means for the batch, whatever the HTTP status:
 * - `internal`: may have been applied; the provider does not say that it was not;
 * - `gateway`: refused before it reached the service: nothing applied;
 * - `item`: some item, but not which one.
 */
export type ErrorClass = "item" | "internal" | "gateway" | "auth" | "renew" | "throttled" | "refused";

/** support.huaweicloud.com/api-vod/ErrorCode.html, read 2026-11-21; the stored page ends after VOD.10066. */
const SERVICE_CODES: Readonly<Record<string, ErrorClass>> = {
  // Internal error; internal communication fault.
  "VOD.10051": "internal",
  "VOD.10052": "internal",
  // Illegal parameter; the message names the field, which holds up to ten items.
  "VOD.10053": "item",
  "VOD.10081": "item",
  "VOD.10054": "auth",
  // No real-name check; account in an abnormal state.
  "VOD.10055": "auth",
  "VOD.10056": "auth",
  // The tenant is not the token's or the key's.
  "VOD.10057": "auth",
  // Wrong method; wrong content type: ours to mend.
  "VOD.10058": "refused",
  "VOD.10059": "refused",
  // Not published; state forbids; does not exist; state does not support the operation.
  "VOD.10060": "item",
  "VOD.10061": "item",
  "VOD.10062": "item",
  "VOD.10083": "item",
  // About types, categories and encryption keys: not what we ask for.
  "VOD.10063": "refused",
  "VOD.10065": "refused",
  "VOD.10066": "refused",
  "VOD.10101": "refused",
  "VST.10001": "item",
  "VST.10002": "internal",
  "VST.10004": "auth",
};

/** The gateway's, under either prefix: devg-apisign/api-sign-errorcode.html, read 2026-11-21. */
const GATEWAY_CODES: Readonly<Record<string, ErrorClass>> = {
  "0101": "refused",
  // No back end; plug-in, back-end configuration, orchestration.
  "0103": "gateway",
  "0104": "gateway",
  "0105": "gateway",
  "0106": "gateway",
  // Bad request, body too large, URI too long.
  "0201": "item",
  // Back end unavailable or timed out: it may have received the call.
  "0202": "internal",
  "0203": "internal",
  // Bad signature, unknown key, unreadable token; also while the key is locked.
  "0301": "auth",
  "0303": "auth",
  "0305": "auth",
  "0307": "renew",
  "0308": "throttled",
};

/** The class of a code; null: not in the lists. */
export function classOf(code: string): ErrorClass | null {
  const gateway = /^APIGW?\.(\d{4})$/.exec(code)?.[1];
  const [codes, key] = gateway === undefined ? [SERVICE_CODES, code] : [GATEWAY_CODES, gateway];
  return Object.hasOwn(codes, key) ? (codes[key] ?? null) : null;
}
