import { createHash, createHmac } from "node:crypto";
import type { WireRequest } from "../../kernel/index.ts";

/*
 * SDK-HMAC-SHA256 as a gateway checks it: from the bytes on the wire and from the
 * headers that the request itself names as signed. Written apart from the provider
 * adapter's signer, so that the two prove each other.
 */

export interface Claim {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What the `authorization` header claims; null: absent, or not of this scheme. */
export function claimOf(request: WireRequest): Claim | null {
  const text = request.headers.authorization ?? "";
  const parts =
    /^SDK-HMAC-SHA256 Access=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(text);
  const [, accessKeyId, names, signature] = parts ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) return null;
  return { accessKeyId, signedHeaders: names.split(";"), signature };
}

/** Tolerance of the request's clock; the provider's own is unpublished, 15 minutes is the usual figure. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** Why the signature does not hold, in the gateway's words; null: it holds. */
export function whyNotSigned(
  request: WireRequest,
  claim: Claim,
  secret: string,
  skewMs: (sentMs: number) => number,
): string | null {
  const date = request.headers["x-sdk-date"] ?? "";
  if (!claim.signedHeaders.includes("x-sdk-date")) return "x-sdk-date is not signed";
  const sentMs = parseSdkDate(date);
  if (sentMs === null) return `x-sdk-date ${JSON.stringify(date)} is not YYYYMMDDTHHMMSSZ`;
  if (skewMs(sentMs) > CLOCK_TOLERANCE_MS) return "verify aksk signature fail, signature expired";
  const missing = claim.signedHeaders.find((name) => request.headers[name] === undefined);
  if (missing !== undefined) return `signed header ${missing} is absent`;
  const toSign = ["SDK-HMAC-SHA256", date, hashed(canonical(request, claim))].join("\n");
  const expected = createHmac("sha256", secret).update(toSign).digest("hex");
  return expected === claim.signature ? null : "verify aksk signature fail";
}

function canonical(request: WireRequest, { signedHeaders }: Claim): string {
  const segments = request.path.split("/").map((segment) => escaped(unescaped(segment)));
  const path = segments.join("/");
  const lines = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim()}`);
  const unsigned = request.headers["x-sdk-content-sha256"] === "UNSIGNED-PAYLOAD";
  return [
    request.method,
    path.endsWith("/") ? path : `${path}/`,
    canonicalQuery(request.query),
    ...lines,
    "",
    signedHeaders.join(";"),
    unsigned ? "UNSIGNED-PAYLOAD" : hashed(request.body),
  ].join("\n");
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      const [name, value] = at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      return [escaped(unescaped(name)), escaped(unescaped(value))] as const;
    });
  // By name, then by value: an array's values are sorted, too.
  const sorted = pairs.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return sorted.map(([name, value]) => `${name}=${value}`).join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Byte by byte, so that nothing that a client sends can be an escape error. */
function unescaped(text: string): Buffer {
  const binary = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(binary, "latin1");
}

function escaped(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function hashed(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function parseSdkDate(text: string): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
