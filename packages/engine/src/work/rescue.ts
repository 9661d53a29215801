import type { IntentHead, Json } from "@purgeline/core";
import type { WorkPorts } from "./ports.ts";

/** Stages a body once more under its own id: an intent that a crash cut off, or whose time has come. */
export type Readmit = (intent: {
  readonly intentId: string;
  readonly head: IntentHead;
  readonly body: Json;
}) => Promise<void>;

/**
 * Takes up what crashes left behind in one account: attempts that nobody will record, slots
 * without a job, stagings that were cut off. Every step is safe to repeat, by many at once.
 */
export async function rescue(account: string, readmit: Readmit, ports: WorkPorts): Promise<void> {
  const swept = await ports.store.sweep(account);
  const lost = await ports.queue.lost(swept.lapsed);
  const alive = swept.lapsed.filter((slot) => !lost.includes(slot));
  const minted = await ports.store.renew(account, alive, lost);
  await ports.queue.add([...swept.slots, ...minted]);
  ports.events.moved(account, null, swept.transitions);
  for (const intent of swept.unstaged) await readmit(intent);
  if (lost.length + swept.resent + swept.unstaged.length === 0) return;
  ports.events.rescued(account, {
    slots: swept.slots.length + minted.length,
    lost: lost.length,
    attempts: swept.resent,
    intents: swept.unstaged.length,
  });
}
