import { BRIEF } from "../client/patience.ts";
import { hasEnded, records } from "../client/receipt.ts";
import { failuresText, receiptLine } from "../client/render-receipt.ts";
import { isRecord } from "../client/reply.ts";
import { ask } from "../client/request.ts";
import type { Session } from "../client/session.ts";
import { feed } from "./feed.ts";
import { sampleIntents } from "./sample.ts";

/** The slowest are polled every 5 s, for tasks of 2 s: a minute and a half is an outage. */
const CONFIRMED_WITHIN_MS = 90_000;

/** Shows the main job once: a sample of intents at every provider, each until its end. */
export async function demonstrate(session: Session, run: string): Promise<void> {
  const earlier = await ask(session, { method: "GET", path: "/v1/intents" }, BRIEF);
  const kept = records(isRecord(earlier) ? earlier.items : []).length;
  if (kept > 0) session.err("The intents of earlier starts are still there: `list` shows them.\n");
  const samples = sampleIntents(run);
  session.err(`Feeding ${samples.length} intents:\n`);
  const receipts = await feed(session, run, samples, CONFIRMED_WITHIN_MS);
  const others = receipts.filter(({ state }) => state !== "confirmed");
  if (others.length === 0) session.err(`All ${receipts.length} intents are confirmed.\n`);
  for (const receipt of others) {
    session.err(`${hasEnded(receipt) ? "not confirmed" : "still running"}: ${receiptLine(receipt)}\n`);
    session.err(failuresText(receipt));
  }
}
