import { PATIENT } from "../client/patience.ts";
import { startProgress } from "../client/progress.ts";
import { type Receipt, readReceipt } from "../client/receipt.ts";
import { ask } from "../client/request.ts";
import type { Session } from "../client/session.ts";
import { watchIntents } from "../client/watch.ts";
import type { Sample } from "./sample.ts";

/** Posts the samples and shows each until its end. */
export async function feed(
  session: Session,
  run: string,
  samples: readonly Sample[],
  timeoutMs: number,
): Promise<readonly Receipt[]> {
  const names = new Map<string, string>();
  for (const [at, { name, body }] of samples.entries()) {
    const request = { method: "POST", path: "/v1/intents", body, idempotencyKey: `${run}-${at}` } as const;
    names.set(readReceipt(await ask(session, request, PATIENT)).id, name);
  }
  const widest = Math.max(...samples.map(({ name }) => name.length));
  const nameOf = ({ id }: Receipt): string => (names.get(id) ?? id).padEnd(session.isTerminal ? widest : 0);
  const progress = startProgress(session.isTerminal, session.err, nameOf);
  const watched = watchIntents(session, [...names.keys()], { timeoutMs, progress });
  return await watched.finally(() => progress.end());
}
