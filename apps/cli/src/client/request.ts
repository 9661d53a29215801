import { setTimeout as pause } from "node:timers/promises";
import { CommandFailed, EXIT, type ExitCode, messageOf } from "../exit.ts";
import { exchange } from "./exchange.ts";
import { type Patience, repeatInMs } from "./patience.ts";
import { type ProblemDocument, type Reply, readReply } from "./reply.ts";
import type { Session } from "./session.ts";

/** Longer than the longest `?wait=` (60 s) would be too long for a POST: the server answers those within seconds. */
const ANSWER_WITHIN_MS = 30_000;

export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** Below the base URL: `/v1/intents`. */
  readonly path: string;
  readonly body?: unknown;
  /** The same for every repeat of one request: the server answers it once. */
  readonly idempotencyKey?: string;
}

/** The server refused a request; `problem` says why, fault by fault. */
export class Refused extends Error {
  override readonly name: string = "Refused";
  readonly problem: ProblemDocument;
  constructor(problem: ProblemDocument) {
    super(problem.title);
    this.problem = problem;
  }
}

/** A server that could not take it now (503) is out of reach; one that would not is a refusal. */
export function exitOf({ problem }: Refused): ExitCode {
  return problem.status >= 500 ? EXIT.unreachable : EXIT.usage;
}

/** Sends until there is an answer or the patience ends; the answer's body, or `Refused`, or `CommandFailed` (3). */
export async function ask(session: Session, request: ApiRequest, patience: Patience): Promise<unknown> {
  let busyMs = 0;
  for (let tries = 1; ; tries += 1) {
    const reply = await send(session, request);
    if (reply.kind === "ok") return reply.body;
    const so = { tries, busyMs, isKeyed: request.idempotencyKey !== undefined };
    const inMs = repeatInMs(reply, patience, so);
    if (inMs === null) throw endOf(session, reply);
    if (reply.kind === "problem") busyMs += inMs;
    await pause(inMs, undefined, { signal: session.signal });
  }
}

function endOf(session: Session, reply: Exclude<Reply, { kind: "ok" }>): Error {
  if (reply.kind === "problem") return new Refused(reply.problem);
  const hint = "is it running there? (--url or PURGELINE_URL says where)";
  return new CommandFailed(`cannot reach ${session.url}: ${reply.message}; ${hint}`, EXIT.unreachable);
}

async function send(session: Session, request: ApiRequest): Promise<Reply> {
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const headers = {
    accept: "application/json",
    ...(session.token === null ? {} : { authorization: `Bearer ${session.token}` }),
    ...(request.idempotencyKey === undefined ? {} : { "idempotency-key": request.idempotencyKey }),
    // With its length, so that a server can refuse a body that is too large before it has read it.
    ...(body === null
      ? {}
      : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
  };
  const tooLate = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const { method, path } = request;
    const signal = AbortSignal.any([session.signal, tooLate]);
    const { status, retryAfter, text } = await exchange(session.url + path, {
      method,
      headers,
      body,
      signal,
    });
    return readReply(status, retryAfter, text);
  } catch (error) {
    session.signal.throwIfAborted();
    const isLate = tooLate.aborted;
    return {
      kind: "lost",
      message: isLate ? `no answer within ${ANSWER_WITHIN_MS / 1000} s` : messageOf(error),
    };
  }
}
