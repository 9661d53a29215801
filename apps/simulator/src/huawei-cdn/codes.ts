import type { Answer } from "../kernel/index.ts";
import { cdnError } from "./replies.ts";

/** The CDN's error-code page. */
const LISTED: ReadonlyMap<string, string> = new Map([
  ["CDN.0004", "You do not have the permission."],
  ["CDN.0005", "The upper limit has been reached."],
  ["CDN.0020", "The user has no permission."],
  ["CDN.0021", "The account has no permission."],
  ["CDN.0101", "The domain name already exists."],
  ["CDN.0105", "The domain name does not exist."],
  ["CDN.0106", "The domain name's status does not allow the operation."],
  ["CDN.0108", "The domain name does not belong to you."],
  ["CDN.0110", "Too many URLs, or the quota is used up."],
  ["CDN.0114", "The CDN service is not activated."],
]);

/** The service's own, for injected `code` faults. */
export const CODES: readonly string[] = [...LISTED.keys()];

export function refuseWith(code: string, message: string | null): Answer | null {
  const words = LISTED.get(code);
  return words === undefined ? null : cdnError(code, message ?? words);
}
