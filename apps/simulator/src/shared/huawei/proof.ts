import type { Answer, PlayedAccount, Visit, WireRequest } from "../../kernel/index.ts";
import { type Service, type Sessions, sessionOf } from "./identity.ts";
import { createKeyLock, type KeyLock } from "./key-lock.ts";
import { gatewayError } from "./replies.ts";
import { claimOf, whyNotSigned } from "./wire-signature.ts";

/** What the gateway knows of keys and tokens. */
export interface Gatekeeper {
  readonly service: Service;
  readonly sessions: Sessions;
  readonly lock: KeyLock;
}

export function createGatekeeper(service: Service): Gatekeeper {
  return { service, sessions: new Map(), lock: createKeyLock() };
}

const BAD_IDENTITY = "Incorrect IAM authentication information";

/** The account whose key or token a request names, proven or not. Of several with one key the id decides. */
export function accountOf(
  request: WireRequest,
  scopeId: string | null,
  accounts: readonly PlayedAccount[],
  { sessions, service }: Gatekeeper,
): PlayedAccount | null {
  const issued = sessionOf(request, sessions);
  if (issued !== null) return issued;
  const wanted = scopeId ?? request.headers[service.header] ?? null;
  const key = claimOf(request)?.accessKeyId;
  const token = request.headers["x-auth-token"];
  const named = accounts.filter(({ settings: { credentials } }) => {
    if (credentials.kind === "keys") return credentials.accessKeyId === key;
    return credentials.kind === "token" && credentials.token === token;
  });
  return named.find(({ settings }) => service.idOf(settings) === wanted) ?? named[0] ?? null;
}

/** The account that a request proves to come from, or its refusal. `scopeId`: what its path names; null: nothing. */
export function prove(visit: Visit, scopeId: string | null, gatekeeper: Gatekeeper): PlayedAccount | Answer {
  const { account, request } = visit;
  const refusal =
    request.headers.authorization === undefined
      ? whyNotToken(visit, gatekeeper.sessions)
      : whyNotKey(visit, gatekeeper.lock);
  if (refusal !== null) return refusal;
  const { header, idOf, foreign } = gatekeeper.service;
  const named = [scopeId, request.headers[header] ?? null].filter((id) => id !== null);
  if (account === null || named.some((id) => id !== idOf(account.settings))) return foreign();
  return account;
}

function whyNotToken({ request, account, nowMs }: Visit, sessions: Sessions): Answer | null {
  const token = request.headers["x-auth-token"];
  if (token === undefined) return refused("x-auth-token not found");
  if (account === null) return refused("decrypt token fail");
  const session = sessions.get(token);
  if (session === undefined || nowMs < session.expiresAtMs) return null;
  return gatewayError(401, "APIGW.0307", "The token must be updated.");
}

function whyNotKey({ request, account, nowMs, skewMs }: Visit, lock: KeyLock): Answer | null {
  const claim = claimOf(request);
  if (claim === null) return refused("authorization header is malformed");
  const key = claim.accessKeyId;
  if (lock.isLocked(key, nowMs)) return refused("AK access failed to reach the limit,forbidden");
  const credentials = account?.settings.credentials;
  if (credentials?.kind !== "keys") {
    lock.failed(key, nowMs);
    return refused(`Get secretKey failed,ak:${key},err:ak not exist`);
  }
  const temporary = request.headers["x-security-token"] ?? null;
  const why =
    temporary === credentials.securityToken
      ? whyNotSigned(request, claim, credentials.accessKeySecret, skewMs)
      : "x-security-token is not the key's";
  if (why === null) {
    lock.succeeded(key);
    return null;
  }
  lock.failed(key, nowMs);
  return refused(why);
}

function refused(why: string): Answer {
  return gatewayError(401, "APIGW.0301", `${BAD_IDENTITY}: ${why}`);
}
