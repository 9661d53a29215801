import { type Failure, TransportFailed } from "@purgeline/core";
import type { WorkAccount, WorkPorts } from "./ports.ts";

/** A token is renewed this long before its end: above any call's time-out and clock skew. */
const RENEW_BEFORE_MS = 10 * 60_000;

/** A renewal that failed for want of the identity service is tried again after this, while the old token lasts. */
const RETRY_RENEWAL_MS = 60_000;

interface Session {
  readonly token: string;
  readonly expiresAtMs: number;
  /** From then on it is to be replaced. */
  readonly renewAtMs: number;
}

const sessions = new WeakMap<WorkAccount, Session>();
/** Logins under way: all calls that need a token wait for the same one. */
const logins = new WeakMap<WorkAccount, Promise<Session | Failure>>();

/** The session token of an account whose credentials are a login; null: it needs none; a failure: no token was given. */
export async function sessionToken(ports: WorkPorts, account: WorkAccount): Promise<string | null | Failure> {
  if (account.account.settings.credentials.kind !== "iam" || account.provider.login === undefined)
    return null;
  const held = sessions.get(account);
  if (held !== undefined && held.renewAtMs > ports.clock.now()) return held.token;
  const given = await (logins.get(account) ?? startLogin(ports, account));
  if (!("kind" in given)) return given.token;
  return stillGood(ports, account, given) ?? given;
}

/**
 * The token to be renewed, where its renewal found nobody to ask and it outlives this call: an
 * identity service that is away for some minutes must not stop work that it has allowed.
 */
function stillGood(ports: WorkPorts, account: WorkAccount, failure: Failure): string | null {
  const held = sessions.get(account);
  const nowMs = ports.clock.now();
  const isAway = failure.kind === "transient" || failure.kind === "throttled";
  if (!isAway || held === undefined || held.expiresAtMs - RETRY_RENEWAL_MS <= nowMs) return null;
  if (held.renewAtMs <= nowMs) sessions.set(account, { ...held, renewAtMs: nowMs + RETRY_RENEWAL_MS });
  return held.token;
}

/** The provider refused this token: the next call asks for another, unless there is another already. */
export function forgetSession(account: WorkAccount, token: string): void {
  if (sessions.get(account)?.token === token) sessions.delete(account);
}

function startLogin(ports: WorkPorts, account: WorkAccount): Promise<Session | Failure> {
  const under = login(ports, account).finally(() => logins.delete(account));
  logins.set(account, under);
  return under;
}

async function login(ports: WorkPorts, account: WorkAccount): Promise<Session | Failure> {
  const { settings } = account.account;
  const codec = account.provider.login;
  if (codec === undefined) throw new Error(`work: ${settings.provider} has no login`);
  try {
    const reply = await ports.transport.send(codec.encode(settings), {
      timeoutMs: 10_000,
      mayWrite: () => true,
    });
    const given = codec.decode(reply);
    if ("kind" in given) return callNotMade(given);
    const session = { ...given, renewAtMs: given.expiresAtMs - RENEW_BEFORE_MS };
    sessions.set(account, session);
    return session;
  } catch (error) {
    if (!(error instanceof TransportFailed)) throw error;
    return { kind: "transient", code: "login-unreachable", message: error.message, requestId: null };
  }
}

/**
 * Whatever became of the login, the call itself was not made: its batch can neither have been
 * applied nor be at fault. A login that is refused for any reason stops the account.
 */
function callNotMade(failure: Failure): Failure {
  const { code, message, requestId } = failure;
  switch (failure.kind) {
    case "throttled":
      return failure;
    case "quota":
    case "transient":
    case "ambiguous":
      return { kind: "transient", code, message, requestId };
    case "auth":
    case "poisoned":
    case "refused":
      return { kind: "auth", resign: false, code, message, requestId };
    default:
      return failure satisfies never;
  }
}
