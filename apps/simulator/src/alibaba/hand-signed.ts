import { createHmac } from "node:crypto";
import type { HttpRequest } from "@purgeline/core";
import { KEYS } from "./play-accounts.ts";

/** For tests: a request as the oldest clients send it, a GET with all in its query, signed by hand with RPC version 1. */
export function handSigned(
  origin: string,
  action: string,
  params: Readonly<Record<string, string>>,
  common: Readonly<Record<string, string>> = {},
): HttpRequest {
  const all: Readonly<Record<string, string>> = {
    Action: action,
    Version: "2018-05-10",
    Format: "JSON",
    AccessKeyId: KEYS.accessKeyId,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: crypto.randomUUID(),
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    ...common,
    ...params,
  };
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`.toUpperCase());
  const names = Object.keys(all).sort();
  const canonical = names.map((name) => `${encode(name)}=${encode(all[name] ?? "")}`).join("&");
  const signature = createHmac("sha1", `${KEYS.accessKeySecret}&`)
    .update(`GET&%2F&${encode(canonical)}`)
    .digest("base64");
  const url = `${origin}/?${canonical}&Signature=${encode(signature)}`;
  return { method: "GET", url, headers: {}, body: null };
}
