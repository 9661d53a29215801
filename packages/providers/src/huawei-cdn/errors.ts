import type { ErrorClass } from "../shared/huawei/error-class.ts";

/** Codes that CDN's error-code page lists under HTTP 200: huaweicloud.com/guide, CDN error codes, read 2026-11-21. */
export const SERVICE_CODES: Readonly<Record<string, ErrorClass>> = {
  // No permission; the account is not allowed to.
  "CDN.0004": "auth",
  "CDN.0020": "auth",
  "CDN.0021": "auth",
  // Onboarding of domains: not what we ask for.
  "CDN.0101": "refused",
  // No such domain; its state forbids it; it is somebody else's.
  "CDN.0105": "item",
  "CDN.0106": "item",
  "CDN.0108": "item",
  // The service is not activated.
  "CDN.0114": "auth",
};

/** No permission for this call, whatever else the key may do. */
export const ABOUT_RIGHTS: ReadonlySet<string> = new Set(["CDN.0004", "CDN.0020", "CDN.0021"]);

/** "Upper limit", and "too many URLs, or no quota left": one code for a batch that is too large and for a day that is over. */
export const OVER_LIMIT: ReadonlySet<string> = new Set(["CDN.0005", "CDN.0110"]);
