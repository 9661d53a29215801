import type { Slot } from "@purgeline/core";
import type { WorkPorts } from "./ports.ts";

/** Queues jobs for slots. A slot that the queue does not take now is found by rescue: late, never lost. */
export async function wake(
  ports: Pick<WorkPorts, "queue" | "events">,
  slots: readonly Slot[],
): Promise<void> {
  if (slots.length === 0) return;
  await ports.queue.add(slots).catch((error: unknown) => ports.events.unqueued(slots, error));
}
