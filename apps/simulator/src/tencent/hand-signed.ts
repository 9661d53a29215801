import { createHash, createHmac } from "node:crypto";
import type { AccountSettings, HttpRequest } from "@purgeline/core";

const CONTENT_TYPE = "application/x-www-form-urlencoded";

/** For tests: a TC3 GET as the official SDK sends it, signed without the adapter's help. */
export function tc3Get(
  { endpoint, credentials }: AccountSettings,
  action: string,
  parameters: Readonly<Record<string, string>>,
  nowMs: number,
  service = "cdn",
): HttpRequest {
  if (credentials.kind !== "keys") throw new Error("expected keys");
  const url = new URL(`/?${new URLSearchParams(parameters)}`, endpoint ?? "");
  const timestamp = Math.floor(nowMs / 1000);
  const date = new Date(nowMs).toISOString().slice(0, 10);
  const signed = `content-type:${CONTENT_TYPE}\nhost:${url.hostname}\n\ncontent-type;host`;
  const canonical = `GET\n/\n${url.search.slice(1)}\n${signed}\n${sha256("")}`;
  const scope = `${date}/${service}/tc3_request`;
  const key = hmac(hmac(hmac(`TC3${credentials.accessKeySecret}`, date), service), "tc3_request");
  const signature = hmac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`).toString(
    "hex",
  );
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return {
    method: "GET",
    url: url.href,
    headers: {
      "content-type": CONTENT_TYPE,
      "x-tc-action": action,
      "x-tc-version": "2018-06-06",
      "x-tc-timestamp": String(timestamp),
      authorization: `TC3-HMAC-SHA256 ${credential}, SignedHeaders=content-type;host, Signature=${signature}`,
    },
    body: null,
  };
}

/** For tests: these parameters with a signature over them, form encoded, for v2 or for API 3.0 without TC3. */
export function signedForm(
  method: string,
  hostAndPath: string,
  fields: Readonly<Record<string, string>>,
  hash: "sha1" | "sha256" = "sha256",
): string {
  const { Signature: _replaced, ...own } = fields;
  const sorted = Object.entries(own).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = `${method}${hostAndPath}?${sorted.map(([name, value]) => `${name}=${value}`).join("&")}`;
  const Signature = createHmac(hash, "secret").update(text).digest("base64");
  return String(new URLSearchParams({ ...own, Signature }));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
