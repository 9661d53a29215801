import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "../kernel/index.ts";
import { formOf, pairs } from "./read-call.ts";

/*
 * Both signatures as the service checks them: from the bytes of the wire, never from
 * what our own signer would have made (it is what is being checked).
 */

/** Header names that must be signed if they are there; the service refuses a request that leaves one out. */
const ALWAYS_SIGNED = /^(?:host|x-acs-.*)$/;

/** null: the signature holds; else what is wrong with it. */
export function whyNotAcs3(request: WireRequest, secret: string): "incomplete" | "mismatch" | null {
  const authorization = request.headers.authorization ?? "";
  const names = /SignedHeaders=([^,\s]*)/.exec(authorization)?.[1]?.split(";") ?? [];
  const signature = /Signature=([0-9a-f]+)/.exec(authorization)?.[1] ?? "";
  const needed = Object.keys(request.headers).filter((name) => ALWAYS_SIGNED.test(name));
  if (signature === "" || !needed.every((name) => names.includes(name))) return "incomplete";
  const bodyHash = sha256(request.body);
  const headerLines = names.map((name) => `${name}:${(request.headers[name] ?? "").trim()}\n`).join("");
  // The path goes as it came; the query is decoded and encoded anew, so that `*` and `%2A` are one.
  const canonical = [
    request.method,
    request.path,
    ordered(pairs(request.query)),
    headerLines,
    names.join(";"),
    bodyHash,
  ];
  const toSign = `ACS3-HMAC-SHA256\n${sha256(Buffer.from(canonical.join("\n"), "utf8"))}`;
  return equal(createHmac("sha256", secret).update(toSign).digest("hex"), signature) ? null : "mismatch";
}

/** The same for the old scheme, whose `Signature` is one of the parameters of query and form. */
export function whyNotRpc(request: WireRequest, secret: string): "incomplete" | "mismatch" | null {
  const all = [...pairs(request.query), ...pairs(formOf(request))];
  const signature = all.find(([name]) => name === "Signature")?.[1];
  if (signature === undefined) return "incomplete";
  const canonical = ordered(all.filter(([name]) => name !== "Signature"));
  const toSign = `${request.method}&${rfc3986("/")}&${rfc3986(canonical)}`;
  return equal(createHmac("sha1", `${secret}&`).update(toSign).digest("base64"), signature)
    ? null
    : "mismatch";
}

function ordered(list: readonly (readonly [string, string])[]): string {
  const encoded = list.map(([name, value]) => [rfc3986(name), rfc3986(value)] as const);
  return encoded
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((pair) => pair.join("="))
    .join("&");
}

/** Byte by byte, so that nothing can throw: what is not unreserved becomes %XX. */
function rfc3986(text: string): string {
  let encoded = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const char = String.fromCharCode(byte);
    encoded += /[\w.~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function equal(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
