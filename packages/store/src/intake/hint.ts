import type { Slot } from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { list, number, text } from "../script.ts";
import { slotsOf } from "../slots.ts";

/** Wakes the queries of tasks that the provider called us about; ids that nobody waits for change nothing. */
export async function hint(
  context: Context,
  account: string,
  taskIds: readonly string[],
): Promise<{ readonly tasks: number; readonly slots: readonly Slot[] }> {
  const { pollEveryMs } = context.account(account).limits;
  const reply = await context.run(script("hint"), account, pollEveryMs, ...taskIds);
  const [hurried, ...slots] = list(reply, "hint");
  return {
    tasks: number(hurried, "hint"),
    slots: slotsOf(account, ...slots.map((slot) => text(slot, "hint"))),
  };
}
