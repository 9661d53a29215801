import type { CallOptions, Slot, Take, TakenBatch } from "@purgeline/core";
import { batchId } from "../batch-id.ts";
import { type Context, script } from "../context.ts";
import { kinded, list, number, type Reply, text } from "../script.ts";
import { slotsIn } from "../slots.ts";
import { laneWait } from "../waiting.ts";
import { movedOf } from "./record.ts";
import { rollUp } from "./roll-up.ts";

/** The newest logical clock that this process saw of each account: a store that knows less has lost state. */
export type Clocks = Map<string, number>;

export async function take(
  context: Context,
  clocks: Clocks,
  slot: Slot,
  { ageMs, earlyMs }: { readonly ageMs: number; readonly earlyMs: number },
): Promise<Take> {
  if (slot.kind.for !== "submit") throw new Error(`store: ${slot.id} is no submit slot`);
  const account = context.account(slot.account);
  const reply = await context.run(
    script("take"),
    slot.account,
    slot.kind.lane,
    slot.id,
    clocks.get(slot.account) ?? 0,
    account.coalesce.quietMs,
    account.coalesce.maxWaitMs,
    context.resets(account),
    context.credential(slot.account),
    ageMs,
    earlyMs,
  );
  const { kind, rest } = kinded(reply, "take");
  switch (kind) {
    case "due":
      return await rollUp(context, slot, slot.kind.lane, text(rest[0], "take"));
    case "end":
      return {
        kind,
        slots: slotsIn(slot.account, rest[0], "take"),
        moved: movedOf(rest[1], rest[2], "take"),
      };
    case "wait":
      return waitOf(slot.account, rest);
    case "batch":
      clocks.set(slot.account, number(rest[7], "take"));
      return {
        kind,
        sealed: number(rest[11], "take"),
        batch: batchOf(slot, slot.kind.lane, rest),
        pending: number(rest[5], "take"),
        slots: slotsIn(slot.account, rest[6], "take"),
        moved: movedOf(rest[13], rest[14], "take"),
      };
    default:
      throw new Error(`store: take answered ${JSON.stringify(kind)}`);
  }
}

function waitOf(account: string, rest: Reply): Take {
  return {
    kind: "wait",
    waitMs: number(rest[0], "take"),
    why: laneWait(text(rest[1], "take"), number(rest[2], "take")),
    pending: number(rest[3], "take"),
    oldestAtMs: number(rest[4], "take"),
    slots: slotsIn(account, rest[5], "take"),
    moved: movedOf(rest[6], rest[7], "take"),
  };
}

function batchOf(slot: Slot, lane: TakenBatch["lane"], rest: Reply): TakenBatch {
  const resend = text(rest[2], "take");
  const [first, ...more] = list(rest[12], "take").map((item) => text(item, "take"));
  if (first === undefined) throw new Error("store: take sealed an empty batch");
  return {
    id: batchId(slot.account, number(rest[0], "take")),
    account: slot.account,
    lane,
    attempt: number(rest[1], "take"),
    resend: resend === "" ? null : (resend as "crash" | "ambiguous"),
    ageMs: number(rest[3], "take"),
    options: JSON.parse(text(rest[4], "take")) as CallOptions,
    waitedMs: Math.max(0, number(rest[8], "take")),
    sealedAtMs: number(rest[9], "take"),
    grantedAtMs: number(rest[10], "take"),
    leadMs: number(rest[15], "take"),
    holdMs: number(rest[16], "take"),
    items: [first, ...more],
  };
}
