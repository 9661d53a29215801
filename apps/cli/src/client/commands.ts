import { randomUUID } from "node:crypto";
import { EXIT, type ExitCode } from "../exit.ts";
import { printable } from "./columns.ts";
import { exitCodeOf, waitAndConclude } from "./conclude.ts";
import { BRIEF, PATIENT } from "./patience.ts";
import { readReceipt, records, text } from "./receipt.ts";
import { accountsText } from "./render-accounts.ts";
import { intentsText } from "./render-list.ts";
import { receiptLine, receiptText } from "./render-receipt.ts";
import { isRecord } from "./reply.ts";
import { ask } from "./request.ts";
import type { Session } from "./session.ts";
import { intentPath, lookAt } from "./watch.ts";
import { widerOf } from "./wider.ts";

/** `status ID`: a wait with no time to wait, so it exits as `wait` would. */
export async function status(session: Session, id: string): Promise<ExitCode> {
  const receipt = await lookAt(session, id);
  if (session.json) session.out(`${JSON.stringify(receipt.whole)}\n`);
  else session.out(receiptText(receipt, await widerOf(session, receipt)));
  return exitCodeOf([receipt]);
}

export async function cancel(session: Session, id: string): Promise<ExitCode> {
  const receipt = readReceipt(await post(session, `${intentPath(id)}/cancel`));
  session.out(session.json ? `${JSON.stringify(receipt.whole)}\n` : `${receiptLine(receipt)}\n`);
  return EXIT.ok;
}

export interface RetryOptions {
  readonly isWaiting: boolean;
  readonly timeoutMs: number | null;
}

export async function retry(session: Session, id: string, options: RetryOptions): Promise<ExitCode> {
  const receipt = readReceipt(await post(session, `${intentPath(id)}/retry`));
  if (options.isWaiting) return waitAndConclude(session, [id], options.timeoutMs);
  session.out(session.json ? `${JSON.stringify(receipt.whole)}\n` : `${receiptLine(receipt)}\n`);
  return EXIT.ok;
}

export interface ListFilter {
  readonly state?: string;
  readonly account?: string;
  /** `key=value`, as `--label` gives labels elsewhere. */
  readonly label?: string;
  readonly createdBy?: string;
  readonly since?: string;
  readonly cursor?: string;
}

export async function list(session: Session, filter: ListFilter): Promise<ExitCode> {
  const { createdBy, label, ...same } = filter;
  const query = new URLSearchParams(same);
  // The API writes labels as k:v.
  if (label !== undefined) query.set("label", label.replace("=", ":"));
  if (createdBy !== undefined) query.set("token", createdBy);
  const mark = query.size > 0 ? "?" : "";
  const page = await ask(session, { method: "GET", path: `/v1/intents${mark}${query}` }, BRIEF);
  if (session.json) session.out(`${JSON.stringify(page)}\n`);
  else {
    const body = isRecord(page) ? page : {};
    session.out(intentsText(records(body.items).map(readReceipt)));
    const cursor = body.nextCursor;
    if (typeof cursor === "string") session.err(`more: --cursor ${printable(cursor)}\n`);
  }
  return EXIT.ok;
}

export async function accounts(session: Session): Promise<ExitCode> {
  const body = await ask(session, { method: "GET", path: "/v1/accounts" }, BRIEF);
  session.out(session.json ? `${JSON.stringify(body)}\n` : accountsText(body));
  return EXIT.ok;
}

/** `pause A`, `resume A`. */
export async function turn(session: Session, account: string, to: "pause" | "resume"): Promise<ExitCode> {
  const body = await post(session, `/v1/accounts/${encodeURIComponent(account)}/${to}`);
  session.out(session.json ? `${JSON.stringify(body)}\n` : `${text(account)} ${to}d\n`);
  return EXIT.ok;
}

function post(session: Session, path: string): Promise<unknown> {
  return ask(session, { method: "POST", path, idempotencyKey: randomUUID() }, PATIENT);
}
