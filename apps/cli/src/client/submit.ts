import { randomUUID } from "node:crypto";
import { CommandFailed, EXIT, type ExitCode } from "../exit.ts";
import { waitAndConclude } from "./conclude.ts";
import { type Part, splitIntents, type Wish } from "./intents.ts";
import { PATIENT } from "./patience.ts";
import { type Receipt, readReceipt } from "./receipt.ts";
import { problemText } from "./render-problem.ts";
import { receiptLine } from "./render-receipt.ts";
import { ask, exitOf, Refused } from "./request.ts";
import type { Session } from "./session.ts";
import type { GivenTarget } from "./targets.ts";

export interface Submission {
  readonly wish: Wish;
  readonly targets: readonly GivenTarget[];
  readonly isWaiting: boolean;
  readonly timeoutMs: number | null;
}

/** Posts the targets as one intent, or several where they are too many for one, and waits for all. */
export async function submit(session: Session, submission: Submission): Promise<ExitCode> {
  const parts = splitIntents(submission.wish, submission.targets);
  if (parts.length > 1) {
    session.err(
      `${submission.targets.length} targets are too many for one intent: sending ${parts.length}\n`,
    );
  }
  const receipts = await postAll(session, parts);
  const ids = receipts.flatMap(({ id, follower }) => (follower === null ? [id] : [id, follower]));
  if (submission.isWaiting) return waitAndConclude(session, ids, submission.timeoutMs);
  for (const receipt of receipts) {
    session.out(session.json ? `${JSON.stringify(receipt.whole)}\n` : `${receiptLine(receipt)}\n`);
  }
  return EXIT.ok;
}

/** One after the other: a refusal stops the rest, and the user learns what was accepted before it. */
async function postAll(session: Session, parts: readonly Part[]): Promise<readonly Receipt[]> {
  // One key per part and run: every repeat of one POST is the same intent, another run is another one.
  const run = randomUUID();
  const receipts: Receipt[] = [];
  for (const [at, part] of parts.entries()) {
    const request = {
      method: "POST",
      path: "/v1/intents",
      body: part.body,
      idempotencyKey: `${run}-${at}`,
    } as const;
    try {
      receipts.push(readReceipt(await ask(session, request, PATIENT)));
    } catch (error) {
      if (receipts.length > 0) session.err(acceptedBefore(receipts, parts.length));
      if (session.json || !(error instanceof Refused)) throw error;
      throw new CommandFailed(problemText(error.problem, part.targets).trimEnd(), exitOf(error));
    }
  }
  return receipts;
}

function acceptedBefore(receipts: readonly Receipt[], parts: number): string {
  const ids = receipts.map(({ id }) => `  ${id}\n`).join("");
  return `${receipts.length} of ${parts} intents were accepted before this, and go on:\n${ids}`;
}
