import type { ErrorClass } from "../shared/huawei/error-class.ts";

/** support.huaweicloud.com/api-vod/ErrorCode.html, read 2026-11-21; the stored page ends after VOD.10066. */
export const SERVICE_CODES: Readonly<Record<string, ErrorClass>> = {
  // Internal error; internal communication fault: tried again in spite of their 403, and nobody says what was applied.
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
