import { createHmac } from "node:crypto";
import type { PlayedAccount, Visit, WireRequest } from "../kernel/index.ts";
import { hostSpellings } from "./host.ts";
import type { Fields, TencentCall } from "./read-call.ts";

export type FormFault = "signature" | "token" | "expired" | "replayed";

/** Seconds by which a client's clock may be off (platform page; the CDN page says two hours). */
const WINDOW_S = 300;

/** Signatures seen lately: a Nonce counts once per key and second. */
export interface NonceBook {
  /** False: this one was used before. */
  use(keyId: string, timestamp: number, nonce: string): boolean;
}

export function createNonceBook(): NonceBook {
  const bySecond = new Map<number, Set<string>>();
  return {
    use(keyId, timestamp, nonce) {
      for (const second of bySecond.keys()) if (second < timestamp - 2 * WINDOW_S) bySecond.delete(second);
      const used = bySecond.get(timestamp) ?? new Set();
      bySecond.set(timestamp, used);
      const mark = `${keyId} ${nonce}`;
      if (used.has(mark)) return false;
      used.add(mark);
      return true;
    },
  };
}

/** Null: the parameters carry the account's signature, fresh and for the first time. */
export function whyFormFails(
  request: WireRequest,
  call: TencentCall,
  account: PlayedAccount,
  skewMs: Visit["skewMs"],
  nonces: NonceBook | null,
): FormFault | null {
  const { credentials } = account.settings;
  if (credentials.kind !== "keys") return "signature";
  const field = (name: string): string => call.fields.find(([key]) => key === name)?.[1] ?? "";
  const hash = field("SignatureMethod") === "HmacSHA256" ? "sha256" : "sha1";
  const parameters = parameterText(call.fields, request.method, call.api === "v2");
  const isSigned = hostSpellings(request).some((host) => {
    const text = `${request.method}${host}${request.path}?${parameters}`;
    return createHmac(hash, credentials.accessKeySecret).update(text).digest("base64") === field("Signature");
  });
  if (!isSigned) return "signature";
  if ((credentials.securityToken ?? "") !== field("Token")) return "token";
  if (!(skewMs(call.timestamp * 1000) <= WINDOW_S * 1000)) return "expired";
  const isFirst = nonces?.use(credentials.accessKeyId, call.timestamp, field("Nonce")) ?? true;
  return isFirst ? null : "replayed";
}

/** v2 alone rewrites `_` in names and leaves out the files of a POST; 3.0 signs names and values as they are. */
function parameterText(fields: Fields, method: string, isV2: boolean): string {
  return fields
    .filter(([name, value]) => name !== "Signature" && !(isV2 && method === "POST" && value.startsWith("@")))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${isV2 ? name.replace(/(?!^)_/g, ".") : name}=${value}`)
    .join("&");
}
