import type { ChangedTargets, IntentHead, Lane, Slot, State } from "@purgeline/core";
import { type Context, type StoreAccount, script } from "../context.ts";
import { coversOf } from "../covers.ts";
import { digests } from "../digest.ts";
import { domainRuns } from "../runs.ts";
import { list, number } from "../script.ts";
import { slotsIn } from "../slots.ts";
import { movedOf } from "../work/record.ts";
import { readTargets, type StoredTarget } from "./targets.ts";

const PAGE = 1000;

/** Pages through one leg's targets in some states; each group is of one lane and one chunk. */
async function* groups(
  context: Context,
  account: string,
  intentId: string,
  states: readonly State[],
): AsyncGenerator<readonly StoredTarget[]> {
  let from: number | null = 0;
  while (from !== null) {
    const page: Awaited<ReturnType<typeof readTargets>> = await readTargets(
      context,
      account,
      intentId,
      states,
      from,
      PAGE,
    );
    if (page === null) return;
    const chunks = Map.groupBy(page.targets, (target) => Math.floor(target.position / PAGE));
    yield* chunks.values();
    from = page.next;
  }
}

function laneOf(group: readonly StoredTarget[]): Lane {
  const lane = group[0]?.lane;
  if (lane === undefined) throw new Error("store: a group of targets is never empty");
  return lane;
}

export async function cancelLeg(
  context: Context,
  { name: account, keyOf }: StoreAccount,
  intentId: string,
): Promise<ChangedTargets> {
  let targets = 0;
  const slots: Slot[] = [];
  for await (const group of groups(context, account, intentId, ["pending", "absorbed"])) {
    const lane = laneOf(group);
    const planned = group.map((target) => keyOf(lane, target.text));
    const reply = list(
      await context.run(
        script("cancel"),
        account,
        intentId,
        lane,
        digests(planned.map((each) => each.key)),
        domainRuns(planned.map((each) => each.domain)),
        ...group.map((target) => target.position),
      ),
      "cancel",
    );
    targets += number(reply[0], "cancel");
    slots.push(...slotsIn(account, reply[1], "cancel"));
    context.onMoved?.(account, movedOf(reply[2], reply[3], "cancel"));
  }
  return { targets, slots };
}

export async function retryLeg(
  context: Context,
  { name: account, keyOf }: StoreAccount,
  head: IntentHead,
): Promise<ChangedTargets> {
  let targets = 0;
  const slots: Slot[] = [];
  for await (const group of groups(context, account, head.id, ["failed", "unconfirmed"])) {
    const lane = laneOf(group);
    const planned = group.map((target) => keyOf(lane, target.text));
    const keys = planned.map((each) => each.key);
    const covers = coversOf(lane, keys);
    const reply = list(
      await context.run(
        script("retry"),
        account,
        head.id,
        lane,
        head.priority === "urgent" ? "u" : "n",
        head.createdBy,
        targets === 0 ? "1" : "0",
        digests(keys),
        domainRuns(planned.map((each) => each.domain)),
        covers.digests,
        covers.lists,
        ...group.map((target) => target.position),
      ),
      "retry",
    );
    targets += number(reply[0], "retry");
    slots.push(...slotsIn(account, reply[1], "retry"));
    context.onMoved?.(account, movedOf(reply[2], reply[3], "retry"));
  }
  return { targets, slots };
}
