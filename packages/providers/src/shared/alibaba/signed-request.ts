import type { CallContext, Credentials, HttpRequest } from "@purgeline/core";
import { acs3Authorization, sha256Hex } from "./acs3.ts";
import { canonicalQuery, formBody, type Params } from "./percent.ts";
import { rpcSignature } from "./rpc.ts";

/** The words of `signature:`, the default first. */
export const ALIBABA_SIGNATURES: readonly string[] = ["acs3", "rpc"];

/** One operation of an RPC-style Alibaba Cloud API. */
export interface ApiCall {
  readonly action: string;
  readonly version: string;
  /** The service's own host; the account's endpoint replaces it. */
  readonly host: string;
  readonly method: "GET" | "POST";
  /** Where the parameters travel; a form carries what no gateway takes in a URL: 1,000 URLs. */
  readonly place: "form" | "query";
  readonly params: Params;
}

type Keys = Extract<Credentials, { kind: "keys" }>;

/** The call as HTTP, signed as the account wants it. */
export function signedRequest(api: ApiCall, call: CallContext): HttpRequest {
  const credentials = call.settings.credentials;
  if (credentials.kind !== "keys") {
    throw new Error(`alibaba: cannot sign with credentials of kind ${credentials.kind}`);
  }
  const base = new URL(call.settings.endpoint ?? `https://${api.host}`);
  return call.settings.signature === "rpc"
    ? rpcRequest(api, call, base, credentials)
    : acs3Request(api, call, base, credentials);
}

function acs3Request(api: ApiCall, call: CallContext, base: URL, keys: Keys): HttpRequest {
  const inForm = api.place === "form";
  const query = inForm ? {} : api.params;
  const body = inForm ? formBody(api.params) : "";
  const headers: Record<string, string> = {
    accept: "application/json",
    // With its port, if it is not the scheme's: as it goes on the wire, and as the official SDK signs it.
    host: base.host,
    "x-acs-action": api.action,
    "x-acs-content-sha256": sha256Hex(body),
    "x-acs-credentials-provider": keys.securityToken === null ? "static_ak" : "static_sts",
    "x-acs-date": isoSeconds(call.nowMs),
    "x-acs-signature-nonce": call.nonce,
    "x-acs-version": api.version,
  };
  if (inForm) headers["content-type"] = "application/x-www-form-urlencoded";
  if (keys.securityToken !== null) {
    headers["x-acs-accesskey-id"] = keys.accessKeyId;
    headers["x-acs-security-token"] = keys.securityToken;
  }
  headers.authorization = acs3Authorization({ method: api.method, query, headers }, keys);
  return { method: api.method, url: urlWith(base, query), headers, body: inForm ? body : null };
}

/** A POST carries everything in its form, as `@alicloud/pop-core` does: a session token must not stand in a URL, which proxies log. */
function rpcRequest(api: ApiCall, call: CallContext, base: URL, keys: Keys): HttpRequest {
  const unsigned: Params = {
    ...api.params,
    Action: api.action,
    Version: api.version,
    Format: "json",
    Timestamp: isoSeconds(call.nowMs),
    SignatureNonce: call.nonce,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    AccessKeyId: keys.accessKeyId,
    ...(keys.securityToken === null ? {} : { SecurityToken: keys.securityToken }),
  };
  const params = { ...unsigned, Signature: rpcSignature(api.method, unsigned, keys.accessKeySecret) };
  const headers = { accept: "application/json", host: base.host };
  if (api.method === "GET") return { method: "GET", url: urlWith(base, params), headers, body: null };
  return {
    method: "POST",
    url: urlWith(base, {}),
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    body: formBody(params),
  };
}

function urlWith(base: URL, query: Params): string {
  const text = canonicalQuery(query);
  return text === "" ? `${base.origin}/` : `${base.origin}/?${text}`;
}

/** `2026-01-02T03:04:05Z`: both schemes refuse fractions of a second. */
function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
