import { type Failure, TransportFailed } from "@purgeline/core";
import type { WorkAccount, WorkPorts } from "./ports.ts";

/** A token is renewed this long before its end: above any call's time-out and clock skew. */
const RENEW_BEFORE_MS = 10 * 60_000;

interface Session {
  readonly token: string;
  readonly expiresAtMs: number;
}

const sessions = new WeakMap<WorkAccount, Promise<Session | Failure>>();

/** The session token of an account whose credentials are a login; null: it needs none; a failure: no token was given. */
export async function sessionToken(ports: WorkPorts, account: WorkAccount): Promise<string | null | Failure> {
  if (account.account.settings.credentials.kind !== "iam" || account.provider.login === undefined)
    return null;
  const held = await (sessions.get(account) ?? renew(ports, account));
  if ("kind" in held) {
    sessions.delete(account);
    return held;
  }
  if (held.expiresAtMs - RENEW_BEFORE_MS > ports.clock.now()) return held.token;
  const fresh = await renew(ports, account);
  return "kind" in fresh ? fresh : fresh.token;
}

/** The provider refused the token: the next call asks for another. */
export function forgetSession(account: WorkAccount): void {
  sessions.delete(account);
}

function renew(ports: WorkPorts, account: WorkAccount): Promise<Session | Failure> {
  const session = login(ports, account);
  sessions.set(account, session);
  return session;
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
    return codec.decode(reply);
  } catch (error) {
    if (!(error instanceof TransportFailed)) throw error;
    // Whatever became of the login, the call itself was not made.
    return { kind: "transient", code: "login-unreachable", message: error.message, requestId: null };
  }
}
