import {
  type CallContext,
  type Failure,
  type HttpReply,
  type HttpRequest,
  PERMIT_AGE_MS,
  PermitStale,
  type PermitUse,
  type Seen,
  TransportFailed,
} from "@purgeline/core";
import { discreet } from "./discreet.ts";
import { isFailure, STOPPED, STOPPING, SUPERSEDED, unreached } from "./failures.ts";
import { learnPermitAge, permitAgeMs } from "./permit-age.ts";
import type { WorkAccount, WorkPorts } from "./ports.ts";
import { beganAtMs } from "./provider-clock.ts";
import { forgetSession, sessionToken } from "./session-token.ts";

/** A held call may open early, when another process's probe passes. */
const LONGEST_SLEEP_MS = 2000;

/** Leave to make one call. */
export interface Permit {
  /** When it was asked for, monotonic ms, or so much later as it began later: it is younger than that. */
  readonly askedAt: number;
  /** Monotonic ms; absent: it has begun. */
  readonly leavesAt?: number;
  /** Its name: when it was granted, by the store's clock. */
  readonly grantedAtMs: number;
  /** As it was asked for: older it may not get before the first byte. */
  readonly ageMs: number;
}

export interface Call<Answer> {
  readonly call: string;
  /** null: there is none yet. */
  readonly permit: Permit | null;
  /** What it sends; null: a query. */
  readonly attempt: PermitUse["attempt"];
  encode(context: CallContext): HttpRequest;
  /** `beganAtMs`: when the call began, by the provider's clock, at least; null: nobody knows. */
  decode(reply: HttpReply, beganAtMs: number | null): Answer;
  /** The bytes of the first try are ready. */
  onReady?(): void;
}

interface PermitWish {
  /** A grant that was not used. */
  readonly unusedMs: number | null;
  readonly attempt: PermitUse["attempt"];
  readonly mostMs?: number;
}

export interface Answered<Answer> {
  readonly answer: Answer | Failure;
  readonly seen: Seen;
  readonly durationMs: number;
}

/**
 * Signs and sends one call, with a fresh permit where there is none or the first one went stale,
 * and tells what came of it. Where the clock, the nonce or the token was at fault it is signed
 * and sent once more, with a permit of its own.
 */
export async function sendCall<Answer extends { readonly kind: string }>(
  ports: WorkPorts,
  account: WorkAccount,
  call: Call<Answer>,
): Promise<Answered<Answer>> {
  const first = await signAndSend(ports, account, call, call.permit, null);
  const { answer, durationMs } = first.answered;
  if (!isFailure(answer) || answer.kind !== "auth") return first.answered;
  // A session token dies when somebody changes the user's rights, and with some providers when another one is given.
  if (!answer.resign && first.token === null) return first.answered;
  if (first.token !== null) forgetSession(account, first.token);
  const { name } = account.account.settings;
  ports.events.retried({ account: name, call: call.call, failure: answer, durationMs });
  // By the provider's own clock: a wrong one here is a reason to be signed again.
  const { providerDateMs } = first.answered.seen;
  const second = await signAndSend(ports, account, call, null, providerDateMs);
  return second.answered.answer === STOPPED ? first.answered : second.answered;
}

interface Sent<Answer> {
  readonly answered: Answered<Answer>;
  /** The session token that it was signed with. */
  readonly token: string | null;
}

async function signAndSend<Answer extends { readonly kind: string }>(
  ports: WorkPorts,
  account: WorkAccount,
  call: Call<Answer>,
  firstPermit: Permit | null,
  clockMs: number | null,
): Promise<Sent<Answer>> {
  const { settings } = account.account;
  const token = await sessionToken(ports, account);
  let request: HttpRequest | null = null;
  let permit = firstPermit;
  const ended = (answer: Answer | Failure, reply: HttpReply | null, durationMs: number): Sent<Answer> => {
    const told = discreet(answer, { settings, token: tokenOf(token), request });
    return { answered: answered(call.call, told, { reply, durationMs, permit }), token: tokenOf(token) };
  };
  if (typeof token === "object" && token !== null) return ended(token, null, 0);
  let unusedMs: number | null = null;
  for (;;) {
    const given: Permit | null | "superseded" =
      permit ?? (await permitted(ports, account, call.call, { unusedMs, attempt: call.attempt }));
    if (given === null && ports.stopping.aborted) return ended(STOPPING, null, 0);
    if (given === null) return unsent(call.call, STOPPED);
    if (given === "superseded") return unsent(call.call, SUPERSEDED);
    permit = given;
    request = call.encode({
      settings,
      nowMs: clockMs ?? ports.clock.now(),
      nonce: ports.chance.nonce(),
      token,
    });
    if (permit === call.permit) call.onReady?.();
    await until(permit.leavesAt, ports);
    const startedAt = ports.clock.monotonic();
    let writtenAt = startedAt;
    const onWrite = (): void => {
      writtenAt = ports.clock.monotonic();
    };
    try {
      const reply = await ports.transport.send(request, {
        timeoutMs: account.limits.calls[call.call]?.timeoutMs ?? 10_000,
        mayWrite: isFresh(permit, account, ports, { call: call.call, onWrite }),
        onWritten: rebookWhenWritten(permit, account, ports, call.call),
      });
      const repliedAt = ports.clock.monotonic();
      const began = beganAtMs(account, writtenAt, repliedAt, dateOf(reply));
      return ended(call.decode(reply, began), reply, repliedAt - startedAt);
    } catch (error) {
      if (error instanceof PermitStale) {
        // Once is no news: a new connection takes longer than a permit lives.
        if (permit.ageMs > PERMIT_AGE_MS)
          ports.events.late(settings.name, call.call, ports.clock.monotonic() - permit.askedAt);
        unusedMs = permit.grantedAtMs;
        permit = null;
      } else if (error instanceof TransportFailed) {
        return ended(unreached(error), null, ports.clock.monotonic() - startedAt);
      } else throw error;
    }
  }
}

/** The provider has said nothing: its last error is still the other call's. */
function unsent<Answer>(call: string, why: Failure): Sent<Answer> {
  const seen = { call, providerDateMs: null, error: null };
  return { answered: { answer: why, durationMs: 0, seen }, token: null };
}

function tokenOf(token: string | null | Failure): string | null {
  return typeof token === "string" ? token : null;
}

function isFresh(
  permit: Permit,
  account: WorkAccount,
  { clock }: WorkPorts,
  call: { readonly call: string; readonly onWrite: () => void },
): () => boolean {
  return () => {
    const ageMs = clock.monotonic() - permit.askedAt;
    learnPermitAge(account, call.call, ageMs);
    if (ageMs >= permit.ageMs) return false;
    call.onWrite();
    return true;
  };
}

const NEVER = new AbortController().signal;

/** Some milliseconds: nothing cuts them short. A timer may be early by a part of one. */
async function until(at: number | undefined, ports: WorkPorts): Promise<void> {
  if (at === undefined) return;
  for (let ms = at - ports.clock.monotonic(); ms > 0; ms = at - ports.clock.monotonic())
    await pause(ms, ports, NEVER);
}

/** Whoever dies here dies with an attempt on record, whatever it waits for. */
async function pause(ms: number, { clock }: WorkPorts, stopping: AbortSignal): Promise<void> {
  await clock.sleep(ms, stopping);
}

/** Less is not worth a round trip to the store: 5 ms more between two windows' calls are half a percent of a limit by the second. */
const WORTH_MS = 5;

/**
 * A busy machine may stop a process between the look at its clock and the first byte, for longer than the gate allows
 * for: the gate hears of it, and has a window's time to make up for it. So does it where much was allowed for in vain.
 */
function rebookWhenWritten(
  { askedAt, ageMs, grantedAtMs }: Permit,
  { account }: WorkAccount,
  { clock, store }: WorkPorts,
  call: string,
): () => void {
  return () => {
    // No permit is booked for less than the usual age.
    const byMs = Math.max(Math.ceil(clock.monotonic() - askedAt), PERMIT_AGE_MS) - ageMs;
    if (byMs <= 0 && byMs > -WORTH_MS) return;
    // Nothing can be done about it where the store is away.
    store.rebook(account.settings.name, call, grantedAtMs, grantedAtMs + byMs).catch(() => undefined);
  };
}

/**
 * Waits for another permit, giving the unused one back; resolves with null when the process stops,
 * or the credential was refused: what is known not to have been sent is better given back than waited for.
 * Or when the call is closed for longer than `mostMs`. `superseded`: another attempt has the batch.
 */
export async function permitted(
  ports: WorkPorts,
  account: WorkAccount,
  call: string,
  { unusedMs, attempt, mostMs = Number.POSITIVE_INFINITY }: PermitWish,
): Promise<Permit | "superseded" | null> {
  const { name } = account.account.settings;
  let unused = unusedMs;
  for (;;) {
    const askedAt = ports.clock.monotonic();
    const ageMs = permitAgeMs(account, call);
    const given = await ports.store.permit(name, call, unused, { ageMs, attempt });
    unused = null;
    ports.events.turned();
    if (given.stopped) return null;
    if (given.superseded) return "superseded";
    const { waitMs, grantedAtMs } = given;
    if (waitMs === 0) return { askedAt, grantedAtMs, ageMs };
    if (ports.stopping.aborted || waitMs > mostMs) return null;
    await pause(Math.min(waitMs, LONGEST_SLEEP_MS), ports, ports.stopping);
  }
}

interface Ending {
  readonly reply: HttpReply | null;
  readonly durationMs: number;
  readonly permit: Permit | null;
}

function answered<Answer extends { readonly kind: string }>(
  call: string,
  answer: Answer | Failure,
  { reply, durationMs, permit }: Ending,
): Answered<Answer> {
  const error = isFailure(answer) ? { code: answer.code, message: answer.message } : null;
  const granted = permit === null ? {} : { grantedAtMs: permit.grantedAtMs };
  return { answer, durationMs, seen: { call, providerDateMs: dateOf(reply), error, ...granted } };
}

function dateOf(reply: HttpReply | null): number | null {
  const date = Date.parse(reply?.headers.date ?? "");
  return Number.isNaN(date) ? null : date;
}
