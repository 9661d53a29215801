import type { IntakeStore } from "@purgeline/core";
import type { Producer } from "../admit/producer.ts";
import { hasEnded, type Legs } from "./receipt.ts";
import { maySee } from "./visibility.ts";

/** The legs of an intent; null: there is none, or not for this producer. */
export async function readIntent(
  intentId: string,
  producer: Producer,
  store: IntakeStore,
): Promise<Legs | null> {
  const [first, ...others] = await store.legs(intentId);
  return first !== undefined && maySee(first.head, producer) ? [first, ...others] : null;
}

// A wake-up between reading and waiting would be missed: then the state is read again after this long.
const LONGEST_SLEEP_MS = 2_000;

/** As `readIntent`, but not before the intent has ended, `waitMs` have passed or the signal is given. */
export async function awaitIntent(
  intentId: string,
  producer: Producer,
  store: IntakeStore,
  wait: { readonly waitMs: number; readonly signal: AbortSignal; readonly monotonicMs: () => number },
): Promise<Legs | null> {
  const deadlineMs = wait.monotonicMs() + wait.waitMs;
  const stopped = new Promise<void>((resolve) => {
    wait.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  while (true) {
    const legs = await readIntent(intentId, producer, store);
    const leftMs = deadlineMs - wait.monotonicMs();
    if (legs === null || hasEnded(legs) || leftMs <= 0 || wait.signal.aborted) return legs;
    await Promise.race([store.changed(intentId, Math.min(leftMs, LONGEST_SLEEP_MS)), stopped]);
  }
}
