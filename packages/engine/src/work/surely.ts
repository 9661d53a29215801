import { StoreUnavailable } from "@purgeline/core";
import type { WorkPorts } from "./ports.ts";

/** The slot's lease outlives the call's time-out by 20 s: within it nobody else takes the batch over. */
const PATIENCE_MS = 15_000;
const EVERY_MS = 250;
const NEVER = new AbortController().signal;

/**
 * Repeats a write that is safe to repeat while the store is away. What the provider said is
 * known only here: giving up at once would pay for the same call twice.
 */
export async function surely<T>(ports: WorkPorts, write: () => Promise<T>): Promise<T> {
  const until = ports.clock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || ports.clock.monotonic() >= until) throw error;
      // Not cut short by a stop: a process that ends has its grace for this.
      await ports.clock.sleep(EVERY_MS, NEVER);
    }
  }
}
