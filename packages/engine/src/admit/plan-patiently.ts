import { setImmediate as breathe } from "node:timers/promises";
import { type Planned, planning } from "./plan-intent.ts";

/**
 * Plans an intent without keeping the process to itself: a flood of large intents for one account
 * must not hold up another one's small one, nor a call whose permit is good for milliseconds.
 */
export async function planPatiently(...given: Parameters<typeof planning>): Promise<Planned> {
  const steps = planning(...given);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    await breathe();
  }
}
