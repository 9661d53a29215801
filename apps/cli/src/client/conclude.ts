import { EXIT, type ExitCode } from "../exit.ts";
import { startProgress } from "./progress.ts";
import { hasEnded, type Receipt } from "./receipt.ts";
import { failuresText, receiptLine } from "./render-receipt.ts";
import type { Session } from "./session.ts";
import { watchIntents } from "./watch.ts";

/** Waits for intents, prints how each ended, and says it in the exit code. */
export async function waitAndConclude(
  session: Session,
  ids: readonly string[],
  timeoutMs: number | null,
): Promise<ExitCode> {
  const progress = startProgress(session.isTerminal, session.err);
  let receipts: readonly Receipt[];
  try {
    const watched = watchIntents(session, ids, { timeoutMs, progress });
    receipts = await watched.finally(() => progress.end());
  } catch (error) {
    if (session.signal.aborted) session.err(goesOn(ids));
    throw error;
  }
  for (const receipt of receipts) session.out(conclusion(session, receipt));
  const running = receipts.filter((receipt) => !hasEnded(receipt)).map(({ id }) => id);
  if (running.length > 0) session.err(`the time is up. ${goesOn(running)}`);
  return exitCodeOf(receipts);
}

/** All confirmed: 0; one ended otherwise: 1, for that will not change; else one still runs: 4. */
export function exitCodeOf(receipts: readonly Receipt[]): ExitCode {
  if (receipts.every(({ state }) => state === "confirmed")) return EXIT.ok;
  return receipts.some((receipt) => hasEnded(receipt) && receipt.state !== "confirmed")
    ? EXIT.ended
    : EXIT.running;
}

function conclusion(session: Session, receipt: Receipt): string {
  if (session.json) return `${JSON.stringify(receipt.whole)}\n`;
  return `${receiptLine(receipt)}\n${hasEnded(receipt) ? failuresText(receipt) : ""}`;
}

/** Waiting is only watching: the work does not depend on it. */
function goesOn(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map((id) => `purgeline wait ${id}`);
  const more = ids.length > 5 ? `\n  … and ${ids.length - 5} more` : "";
  return `The work goes on; to wait for it again:\n  ${shown.join("\n  ")}${more}\n`;
}
