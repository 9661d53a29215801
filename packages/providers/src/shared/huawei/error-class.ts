import { entryOf } from "../entry-of.ts";

/**
 * What a code of the provider means for the batch, whatever the HTTP status:
 * - `internal`: may have been applied; the provider does not say that it was not;
 * - `gateway`: refused before it reached the service: nothing applied;
 * - `item`: some item, but not which one.
 */
export type ErrorClass = "item" | "internal" | "gateway" | "auth" | "renew" | "throttled" | "refused";

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

/** The class of a code, the gateway's or one of the service's own; null: not in the lists. */
export function classOf(code: string, service: Readonly<Record<string, ErrorClass>>): ErrorClass | null {
  const gateway = /^APIGW?\.(\d{4})$/.exec(code)?.[1];
  return gateway === undefined ? entryOf(service, code) : entryOf(GATEWAY_CODES, gateway);
}
