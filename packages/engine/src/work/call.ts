import {
  type CallContext,
  type Failure,
  type HttpReply,
  type HttpRequest,
  PermitStale,
  type Seen,
  TransportFailed,
} from "@purgeline/core";
import type { WorkAccount, WorkPorts } from "./ports.ts";
import { sessionToken } from "./session-token.ts";

/** A permit that is this old when the first byte would leave is not used: the gate's margin counts on it. */
const PERMIT_MS = 10;

export interface Call<Answer> {
  readonly call: string;
  /** When the permit was asked for, monotonic ms: it is younger than that. */
  readonly askedAt: number;
  encode(context: CallContext): HttpRequest;
  decode(reply: HttpReply): Answer;
  /** Another permit; resolves when it is granted. */
  repermit(): Promise<number>;
  /** The first byte leaves now: the next permit may be asked for. */
  onWrite(): void;
}

export interface Answered<Answer> {
  readonly answer: Answer | Failure;
  readonly seen: Seen;
  readonly durationMs: number;
}

/** Signs and sends one call, with a fresh permit where the first one went stale, and tells what came of it. */
export async function sendCall<Answer extends { readonly kind: string }>(
  ports: WorkPorts,
  account: WorkAccount,
  call: Call<Answer>,
): Promise<Answered<Answer>> {
  const token = await sessionToken(ports, account);
  if (typeof token === "object" && token !== null) return answered(call, token, null, 0);
  let askedAt = call.askedAt;
  for (;;) {
    const startedAt = ports.clock.monotonic();
    try {
      const request = call.encode({
        settings: account.account.settings,
        nowMs: ports.clock.now(),
        nonce: ports.chance.nonce(),
        token,
      });
      const reply = await ports.transport.send(request, {
        timeoutMs: account.limits.calls[call.call]?.timeoutMs ?? 10_000,
        mayWrite: () => {
          const fresh = ports.clock.monotonic() - askedAt < PERMIT_MS;
          if (fresh) call.onWrite();
          return fresh;
        },
      });
      return answered(call, call.decode(reply), reply, ports.clock.monotonic() - startedAt);
    } catch (error) {
      if (error instanceof PermitStale) {
        askedAt = await call.repermit();
        continue;
      }
      if (!(error instanceof TransportFailed)) throw error;
      return answered(call, unreached(error), null, ports.clock.monotonic() - startedAt);
    }
  }
}

/** Waits for another permit; resolves with when it was asked for. */
export async function permitted(ports: WorkPorts, account: string, call: string): Promise<number> {
  for (;;) {
    const askedAt = ports.clock.monotonic();
    const waitMs = await ports.store.permit(account, call);
    if (waitMs === 0) return askedAt;
    await ports.clock.sleep(waitMs, ports.stopping);
  }
}

/** No reply: what was not sent is not applied; anything else may be. */
function unreached(error: TransportFailed): Failure {
  const code = error.sent ? "no-answer" : "unreachable";
  return { kind: error.sent ? "ambiguous" : "transient", code, message: error.message, requestId: null };
}

const FAILURES: ReadonlySet<string> = new Set([
  "throttled",
  "quota",
  "transient",
  "ambiguous",
  "poisoned",
  "auth",
  "refused",
] satisfies readonly Failure["kind"][]);

export function isFailure(answer: { readonly kind: string }): answer is Failure {
  return FAILURES.has(answer.kind);
}

function answered<Answer extends { readonly kind: string }>(
  call: Call<Answer>,
  answer: Answer | Failure,
  reply: HttpReply | null,
  durationMs: number,
): Answered<Answer> {
  const date = Date.parse(reply?.headers.date ?? "");
  const error = isFailure(answer) ? { code: answer.code, message: answer.message } : null;
  return {
    answer,
    durationMs,
    seen: { call: call.call, providerDateMs: Number.isNaN(date) ? null : date, error },
  };
}
