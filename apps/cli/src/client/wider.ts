import { BRIEF } from "./patience.ts";
import { type Receipt, records, text } from "./receipt.ts";
import { isRecord } from "./reply.ts";
import { ask } from "./request.ts";
import type { Session } from "./session.ts";
import { intentPath } from "./watch.ts";

/** A wider purge, and how many targets of an intent it does the work of: `absorbed`, or ended with it. */
export interface Wider {
  readonly via: string;
  readonly state: string;
  readonly targets: number;
}

/** The most that the API tells at once: what a person wants to see of a larger intent is in it, too. */
const FIRST_TARGETS = 1_000;

/** What absorbed targets of the intent, among its first ones. */
export async function widerOf(session: Session, { id, op, counts }: Receipt): Promise<readonly Wider[]> {
  // Nothing else has one.
  if (op !== "purge" || counts.absorbed + counts.confirmed === 0) return [];
  const path = `${intentPath(id)}/targets?limit=${FIRST_TARGETS}`;
  const page = await ask(session, { method: "GET", path }, BRIEF);
  const found = new Map<string, Wider>();
  for (const target of records(isRecord(page) ? page.items : [])) {
    if (typeof target.via !== "string") continue;
    const { via } = target;
    const state = text(target.state);
    const targets = (found.get(`${state} ${via}`)?.targets ?? 0) + 1;
    found.set(`${state} ${via}`, { via, state, targets });
  }
  return [...found.values()];
}
