import { createHash, createHmac } from "node:crypto";
import type { PlayedAccount, Visit, WireRequest } from "../kernel/index.ts";
import { hostSpellings } from "./host.ts";

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/,]+)\/(\d{4}-\d\d-\d\d)\/([^/,]+)\/tc3_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Null: the signature is the account's, over these bytes; else the provider's code. */
export function whyTc3Fails(
  request: WireRequest,
  account: PlayedAccount,
  skewMs: Visit["skewMs"],
): string | null {
  const { credentials } = account.settings;
  const parts = AUTHORIZATION.exec(request.headers.authorization ?? "");
  if (parts === null || credentials.kind !== "keys") return "AuthFailure.InvalidAuthorization";
  const [, , date = "", service = "", signedHeaders = "", signature = ""] = parts;
  const names = signedHeaders.split(";");
  if (!names.includes("host") || !names.includes("content-type")) return "AuthFailure.InvalidAuthorization";
  const timestamp = request.headers["x-tc-timestamp"] ?? "";
  const sentMs = Number(timestamp) * 1000;
  // The service refuses clocks that are off by more than five minutes.
  if (!(skewMs(sentMs) <= 300_000)) return "AuthFailure.SignatureExpire";
  const hosts = hostSpellings(request);
  const isKnownService = service === "cdn" || hosts.some((host) => host.split(".")[0] === service);
  if (date !== new Date(sentMs).toISOString().slice(0, 10) || !isKnownService)
    return "AuthFailure.SignatureFailure";
  const scope = `${date}/${service}/tc3_request`;
  const key = [date, service, "tc3_request"].reduce<string | Buffer>(
    (above, text) => createHmac("sha256", above).update(text).digest(),
    `TC3${credentials.accessKeySecret}`,
  );
  const isSigned = hosts.some((host) => {
    const canonical = canonicalRequest(request, names, host);
    const text = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
    return createHmac("sha256", key).update(text).digest("hex") === signature;
  });
  if (!isSigned) return "AuthFailure.SignatureFailure";
  return (credentials.securityToken ?? "") === (request.headers["x-tc-token"] ?? "")
    ? null
    : "AuthFailure.TokenFailure";
}

function canonicalRequest(request: WireRequest, names: readonly string[], host: string): string {
  const headers = names.map(
    (name) => `${name}:${name === "host" ? host : (request.headers[name] ?? "").trim()}\n`,
  );
  const { method, path, query, body } = request;
  return [method, path, method === "GET" ? query : "", headers.join(""), names.join(";"), sha256(body)].join(
    "\n",
  );
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
