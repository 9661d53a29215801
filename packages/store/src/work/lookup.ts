import type { Candidate, ListedAnswer, LookedUp } from "@purgeline/core";
import { batchNumber } from "../batch-id.ts";
import { type Context, script } from "../context.ts";
import { list, number, text } from "../script.ts";
import { recordedOf, seenArgs } from "./record.ts";

export async function settleLookup(
  context: Context,
  account: string,
  { lookup, lane, candidates, told, pollInMs, seen }: ListedAnswer,
): Promise<LookedUp> {
  // The rows of one task share its JSON: written once.
  const tasks = [...new Set(candidates.map(({ task }) => JSON.stringify(task)))];
  const places = new Map(tasks.map((task, index) => [task, index + 1]));
  const line = ({ index, taskId, createdAtMs, task }: Candidate): string =>
    `${index + 1}\t${places.get(JSON.stringify(task))}\t${Math.round(createdAtMs)}\t${oneLine(taskId ?? "")}\n`;
  const reply = await context.run(
    script("settle_lookup"),
    account,
    lane,
    batchNumber(lookup.batch),
    lookup.attempt,
    told ? 1 : 0,
    candidates.map(line).join(""),
    Math.round(pollInMs),
    ...seenArgs(seen),
    context.credential(account),
    ...tasks,
  );
  const [, , , , , adopted, ids] = list(reply, "settle_lookup");
  return {
    ...recordedOf(account, reply, "settle_lookup"),
    adopted: number(adopted, "settle_lookup"),
    taskIds: list(ids, "settle_lookup").map((id) => text(id, "settle_lookup")),
  };
}

/** An id with a line's end in it meets no task that is on record: those are written without, too. */
function oneLine(id: string): string {
  return id.replaceAll(/[\t\n]/g, " ");
}
