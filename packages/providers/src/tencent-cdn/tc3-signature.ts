import { createHash, createHmac } from "node:crypto";
import type { Keys } from "./account.ts";

/**
 * TC3-HMAC-SHA256 for a POST to `/`. Signed are content type, host and body; the action, the
 * time and the session token are only sent, as the official SDK does it
 * (tencentcloud-sdk-nodejs-common 4.1.220, common/sign.js).
 */
export interface SignedParts {
  /** Byte for byte the header that is sent. */
  readonly contentType: string;
  /** Without the port, also where the wire's Host has one: that is what the SDK signs. */
  readonly hostname: string;
  readonly body: string;
  /** Epoch seconds, as in X-TC-Timestamp. */
  readonly timestamp: number;
}

// The SDK takes the host's first label as the service ("127" for 127.0.0.1); the service is `cdn` at every host.
const SERVICE = "cdn";
const SIGNED_HEADERS = "content-type;host";

export function tc3Canonical(parts: SignedParts): string {
  const headers = `content-type:${parts.contentType}\nhost:${parts.hostname}\n`;
  return ["POST", "/", "", headers, SIGNED_HEADERS, sha256(parts.body)].join("\n");
}

/** The Authorization header. */
export function tc3Authorization(parts: SignedParts, keys: Keys): string {
  const date = new Date(parts.timestamp * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${SERVICE}/tc3_request`;
  const text = ["TC3-HMAC-SHA256", parts.timestamp, scope, sha256(tc3Canonical(parts))].join("\n");
  const dateKey = hmac(`TC3${keys.accessKeySecret}`, date);
  const signingKey = hmac(hmac(dateKey, SERVICE), "tc3_request");
  const signature = hmac(signingKey, text).toString("hex");
  return `TC3-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}
