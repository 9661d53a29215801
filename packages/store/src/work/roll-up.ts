import { randomUUID } from "node:crypto";
import { type IntentHead, type Lane, ROLLUP_PRODUCER, type Slot, type Take } from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { digests } from "../digest.ts";
import { list, number } from "../script.ts";
import { slotsIn } from "../slots.ts";
import { movedOf } from "./record.ts";

/** Makes one purge of a directory of the URLs that wait in it, in one step. `name`: directory TAB options, as `take` told. */
export async function rollUp(context: Context, slot: Slot, lane: Lane, name: string): Promise<Take> {
  const account = context.account(slot.account);
  const [directory = ""] = name.split("\t", 1);
  const { key, domain } = account.keyOf("purge-directory", directory);
  const head: IntentHead = {
    id: `int_${randomUUID().replaceAll("-", "")}`,
    op: "purge",
    priority: "normal",
    labels: { rollup: lane },
    createdBy: ROLLUP_PRODUCER,
    accounts: [slot.account],
    hosts: [domain],
    notBeforeMs: null,
  };
  const reply = await context.run(
    script("roll_up"),
    slot.account,
    lane,
    name,
    head.id,
    JSON.stringify(head),
    context.intentsMs,
    digests([key]),
    domain,
    context.resets(account),
  );
  const [absorbed, slots, elsewhere, legs] = list(reply, "roll_up");
  return {
    kind: "rolled",
    absorbed: number(absorbed, "roll_up"),
    slots: slotsIn(slot.account, slots, "roll_up"),
    moved: movedOf(elsewhere, legs, "roll_up"),
  };
}
