import type { PlayedAccount, Visit } from "../kernel/index.ts";
import { listed, missing } from "./codes.ts";
import { MAX_CLOCK_SKEW_MS, type NonceBook } from "./nonce-book.ts";
import type { ApiRequest } from "./read-call.ts";
import type { Refusal } from "./replies.ts";
import { whyNotAcs3, whyNotRpc } from "./wire-signature.ts";

/** Why a request is not from the account that it names; null: it is. */
export function whyNotProven(visit: Visit, asked: ApiRequest, nonces: NonceBook): Refusal | null {
  const { account, request, nowMs } = visit;
  if (asked.accessKeyId === null) return missing("AccessKeyId");
  if (account === null) return listed("InvalidAccessKeyId.NotFound");
  const isAcs3 = asked.scheme === "acs3";
  const date = (isAcs3 ? request.headers["x-acs-date"] : asked.params.get("Timestamp")) ?? "";
  const nonce =
    (isAcs3 ? request.headers["x-acs-signature-nonce"] : asked.params.get("SignatureNonce")) ?? "";
  const token =
    (isAcs3 ? request.headers["x-acs-security-token"] : asked.params.get("SecurityToken")) ?? null;
  return (
    whyNotTimely(date, visit) ??
    (nonce === "" ? missing("SignatureNonce") : null) ??
    whyNotSigned(visit, asked, account) ??
    whyNotToken(account, token) ??
    // Last: only what is proven to come from the account may use up its nonces.
    (nonces.use(`${asked.accessKeyId} ${nonce}`, nowMs) ? null : listed("SignatureNonceUsed"))
  );
}

function whyNotTimely(date: string, { skewMs }: Visit): Refusal | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) || Number.isNaN(Date.parse(date))) {
    return listed("InvalidTimeStamp.Format");
  }
  if (skewMs(Date.parse(date)) <= MAX_CLOCK_SKEW_MS) return null;
  return listed("InvalidTimeStamp.Expired");
}

function whyNotSigned(visit: Visit, asked: ApiRequest, { settings }: PlayedAccount): Refusal | null {
  const secret = settings.credentials.kind === "keys" ? settings.credentials.accessKeySecret : "";
  const why = (asked.scheme === "acs3" ? whyNotAcs3 : whyNotRpc)(visit.request, secret);
  if (why === null) return null;
  return listed(why === "incomplete" ? "IncompleteSignature" : "SignatureDoesNotMatch");
}

function whyNotToken({ settings: { credentials } }: PlayedAccount, given: string | null): Refusal | null {
  const held = credentials.kind === "keys" ? credentials.securityToken : null;
  if (held === given) return null;
  return listed("InvalidSecurityToken.Malformed");
}
