import { setTimeout as pause } from "node:timers/promises";
import { BRIEF, STUBBORN } from "./patience.ts";
import type { Progress } from "./progress.ts";
import { hasEnded, type Receipt, readReceipt } from "./receipt.ts";
import { ask } from "./request.ts";
import type { Session } from "./session.ts";

/** The server answers a held question at an intent's end, or after this long, which is how often counts move. */
const HOLD_S = 1;
/** Questions at a time: more would queue at the server without being answered sooner. */
const AT_ONCE = 8;
/** A round takes at least this long, should a server answer held questions at once. */
const ROUND_MS = 200;

/**
 * Asks until every intent has ended or the time is up; the last receipts, in the order of `ids`.
 * The first unfinished intent is held at the server, the others are only looked at: with
 * a hundred intents this is a hundred short questions a round, not a hundred open ones.
 */
export async function watchIntents(
  session: Session,
  ids: readonly string[],
  options: { readonly timeoutMs: number | null; readonly progress: Progress },
): Promise<readonly Receipt[]> {
  const untilMs =
    options.timeoutMs === null ? Number.POSITIVE_INFINITY : performance.now() + options.timeoutMs;
  const last = new Map<string, Receipt>();
  await look(session, ids, last);
  for (;;) {
    options.progress.show([...last.values()]);
    const unfinished = ids.filter((id) => !isEnded(last.get(id)));
    const leftMs = untilMs - performance.now();
    const [held, ...others] = unfinished;
    if (held === undefined || leftMs <= 0) break;
    const roundEnds = performance.now() + Math.min(ROUND_MS, leftMs);
    const holdS = Math.max(0, Math.min(HOLD_S, Math.floor(leftMs / 1000)));
    last.set(held, await receiptOf(session, held, holdS));
    await look(session, others, last);
    const restMs = roundEnds - performance.now();
    if (restMs > 0) await pause(restMs, undefined, { signal: session.signal });
  }
  return [...last.values()];
}

function isEnded(receipt: Receipt | undefined): boolean {
  return receipt !== undefined && hasEnded(receipt);
}

/** `last` keeps the order in which ids first came, also when later answers overtake each other. */
async function look(session: Session, ids: readonly string[], last: Map<string, Receipt>): Promise<void> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    const receipts = await Promise.all(some.map((id) => receiptOf(session, id, 0)));
    for (const receipt of receipts) last.set(receipt.id, receipt);
  }
}

async function receiptOf(session: Session, id: string, holdS: number): Promise<Receipt> {
  const wait = holdS > 0 ? `?wait=${holdS}` : "";
  return readReceipt(await ask(session, { method: "GET", path: `${intentPath(id)}${wait}` }, STUBBORN));
}

/** One look at one intent. */
export async function lookAt(session: Session, id: string): Promise<Receipt> {
  return readReceipt(await ask(session, { method: "GET", path: intentPath(id) }, BRIEF));
}

export function intentPath(id: string): string {
  return `/v1/intents/${encodeURIComponent(id)}`;
}
