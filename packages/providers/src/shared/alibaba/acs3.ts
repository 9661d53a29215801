import { createHash, createHmac } from "node:crypto";
import { canonicalQuery, type Params } from "./percent.ts";

const ALGORITHM = "ACS3-HMAC-SHA256";

export interface Acs3Request {
  readonly method: "GET" | "POST";
  readonly query: Params;
  /** Lower-case names, `x-acs-content-sha256` included. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface KeyPair {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/**
 * The `authorization` header of signature version 3. The service re-encodes the query, but hashes
 * the body's bytes as sent; it sees that hash through the signed `x-acs-content-sha256`.
 */
export function acs3Authorization(request: Acs3Request, keys: KeyPair): string {
  const signed = Object.keys(request.headers).filter(isSigned).sort();
  const canonicalRequest = [
    request.method,
    "/",
    canonicalQuery(request.query),
    ...signed.map((name) => `${name}:${(request.headers[name] ?? "").trim()}`),
    "",
    signed.join(";"),
    request.headers["x-acs-content-sha256"] ?? "",
  ].join("\n");
  const signature = createHmac("sha256", keys.accessKeySecret)
    .update(`${ALGORITHM}\n${sha256Hex(canonicalRequest)}`, "utf8")
    .digest("hex");
  return `${ALGORITHM} Credential=${keys.accessKeyId},SignedHeaders=${signed.join(";")},Signature=${signature}`;
}

function isSigned(name: string): boolean {
  return name.startsWith("x-acs-") || name === "host" || name === "content-type";
}
