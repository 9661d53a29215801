import { createHash, createHmac } from "node:crypto";

export interface SignedParts {
  readonly method: string;
  /** Absolute; its host signs with its port, as it goes over the wire. */
  readonly url: string;
  /** Lower-case names; all of them sign, and `host`. `x-sdk-date` is one of them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/**
 * The `authorization` header of SDK-HMAC-SHA256: support.huaweicloud.com,
 * devg-apisign, "AK/SK signing and authentication". The secret signs directly: this
 * scheme derives no key from it.
 */
export function authorization(parts: SignedParts, accessKeyId: string, secret: string): string {
  const date = parts.headers["x-sdk-date"] ?? "";
  const { signedHeaders, text } = canonicalRequest(parts);
  const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(text)}`;
  const signature = createHmac("sha256", secret).update(toSign, "utf8").digest("hex");
  return `SDK-HMAC-SHA256 Access=${accessKeyId}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

/** `YYYYMMDDTHHMMSSZ`, as `x-sdk-date` wants it. */
export function sdkDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d{3}|[-:]/g, "");
}

/** Percent-encoding of RFC 3986: only letters, digits and `-._~` stay. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalRequest({ method, url, headers, body }: SignedParts): {
  readonly signedHeaders: string;
  readonly text: string;
} {
  const { host, pathname, searchParams } = new URL(url);
  const all = Object.entries({ ...headers, host }).toSorted(byName);
  const signedHeaders = all.map(([name]) => name).join(";");
  // The canonical path always ends in a slash, though the request line's does not.
  const path = pathname.replace(/\/?$/, "/");
  const query = [...searchParams]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const lines = all.map(([name, value]) => `${name}:${value.trim()}\n`).join("");
  const text = [method, path, query, lines, signedHeaders, sha256(body ?? "")].join("\n");
  return { signedHeaders, text };
}

function byName(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : 1;
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
