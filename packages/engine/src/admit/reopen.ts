import type { IntakeStore, Slot, SlotQueue } from "@purgeline/core";
import type { Setback } from "./setback.ts";

export interface ReopenPorts {
  readonly store: IntakeStore;
  readonly queue: SlotQueue;
  readonly onSetback: Setback;
}

/** Gives the failed and unconfirmed targets of an intent a new life; how many. */
export async function retryIntent(intentId: string, ports: ReopenPorts): Promise<number> {
  const { targets, slots } = await ports.store.retry(intentId);
  await wake(slots, intentId, ports);
  return targets;
}

/** Takes the intent's interest out of what is not sealed; of how many targets. Prefetches may go that waited for them. */
export async function cancelIntent(intentId: string, ports: ReopenPorts): Promise<number> {
  const { targets, slots } = await ports.store.cancel(intentId);
  await wake(slots, intentId, ports);
  return targets;
}

/** Ends an account's pause and stop. */
export async function resumeAccount(account: string, ports: ReopenPorts): Promise<void> {
  await wake(await ports.store.resume(account), account, ports);
}

/** A slot that the queue does not take now is found by rescue. */
export async function wake(slots: readonly Slot[], subject: string, ports: ReopenPorts): Promise<void> {
  await ports.queue.add(slots).catch((error: unknown) => ports.onSetback("queue", subject, error));
}
