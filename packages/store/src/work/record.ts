import {
  type Hold,
  LETTER,
  type LegMilestone,
  type Recorded,
  type Rejected,
  type Seen,
  type Slot,
  type State,
  stateOf,
  type TakenBatch,
  type Verdict,
} from "@purgeline/core";
import { batchNumber } from "../batch-id.ts";
import { type Context, script } from "../context.ts";
import { type Arg, list, number, text } from "../script.ts";
import { slotOf } from "../slots.ts";

/** A provider's message may be a whole page; a receipt shows a sentence. */
const MESSAGE_CHARS = 300;

export async function record(
  context: Context,
  slot: Slot,
  batch: TakenBatch,
  verdict: Verdict,
  seen: Seen,
): Promise<Recorded> {
  const { letters, reasons } = endings(verdict, batch.items.length);
  const reply = await context.run(
    script("record"),
    batch.account,
    batch.lane,
    slot.id,
    batchNumber(batch.id),
    batch.attempt,
    verdict.do,
    letters,
    reasons,
    delayOf(verdict),
    flagOf(verdict),
    ...holdArgs(verdict.do === "retry" ? verdict.hold : null),
    ...seenArgs(seen),
    context.credential(batch.account),
    ...(verdict.do === "accept" ? verdict.tasks.map((task) => JSON.stringify(task)) : []),
  );
  return recordedOf(batch.account, reply, "record");
}

function delayOf(verdict: Verdict): number {
  if (verdict.do === "accept") return Math.round(verdict.pollInMs);
  return verdict.do === "retry" ? Math.round(verdict.inMs) : 0;
}

function flagOf(verdict: Verdict): string {
  if (verdict.do === "end") return verdict.refund ? "1" : "0";
  return verdict.do === "retry" ? (verdict.resend ?? "") : "0";
}

function endings(verdict: Verdict, size: number): { readonly letters: string; readonly reasons: string } {
  switch (verdict.do) {
    case "accept":
      return endingsOf(size, ".", verdict.rejected);
    case "finish":
      return endingsOf(size, LETTER.confirmed, verdict.rejected);
    case "end":
      return {
        letters: LETTER[verdict.end].repeat(size),
        reasons: Array.from({ length: size }, (_, i) => reasonLine(i, verdict.code, verdict.message)).join(
          "",
        ),
      };
    case "retry":
    case "split":
      return { letters: "", reasons: "" };
    default:
      return verdict satisfies never;
  }
}

/** One letter an item, and `index TAB reason NEWLINE` for those that ended badly. */
export function endingsOf(
  size: number,
  letter: string,
  ended: readonly Rejected[],
): { readonly letters: string; readonly reasons: string } {
  const letters = Array.from({ length: size }, () => letter);
  let reasons = "";
  for (const item of ended) {
    letters[item.index] = LETTER[item.end];
    if (item.end !== "confirmed") reasons += reasonLine(item.index, item.code, item.message);
  }
  return { letters: letters.join(""), reasons };
}

function reasonLine(index: number, code: string, message: string): string {
  return `${index + 1}\t${reasonJson(code, message)}\n`;
}

export function reasonJson(code: string, message: string): string {
  return JSON.stringify([code, message.slice(0, MESSAGE_CHARS)]);
}

export function holdArgs(hold: Hold | null): readonly [Arg, Arg, Arg] {
  switch (hold?.scope) {
    case undefined:
      return ["", "", ""];
    case "call":
      return [hold.why, Math.round(hold.ms), ""];
    case "domains":
      return ["domains", Math.round(hold.ms), ""];
    case "quota":
      return ["quota", hold.spent.map((each) => `${each.class}\t${each.remaining ?? ""}\n`).join(""), ""];
    case "account":
      return ["account", hold.reason, Math.round(hold.probeInMs)];
    default:
      return hold satisfies never;
  }
}

export function seenArgs(seen: Seen): readonly Arg[] {
  return [
    seen.call,
    seen.providerDateMs ?? "",
    seen.error?.code ?? "",
    (seen.error?.message ?? "").slice(0, MESSAGE_CHARS),
  ];
}

export function recordedOf(account: string, reply: unknown, where: string): Recorded {
  const [applied, slots, totals, milestones] = list(reply, where);
  const targets: Partial<Record<State, number>> = {};
  const flat = list(totals, where);
  for (let i = 0; i + 1 < flat.length; i += 2)
    targets[stateOf(text(flat[i], where))] = number(flat[i + 1], where);
  return {
    applied: applied === 1,
    slots: list(slots, where).map((id) => slotOf(account, text(id, where))),
    transitions: { targets, legs: legsOf(list(milestones, where), where) },
  };
}

function legsOf(flat: readonly unknown[], where: string): readonly LegMilestone[] {
  const legs: LegMilestone[] = [];
  for (let i = 0; i + 3 < flat.length; i += 4) {
    legs.push({
      intentId: text(flat[i], where),
      op: text(flat[i + 1], where) === "prefetch" ? "prefetch" : "purge",
      stage: stageNamed(text(flat[i + 2], where)),
      sinceAcceptedMs: number(flat[i + 3], where),
    });
  }
  return legs;
}

function stageNamed(word: string): LegMilestone["stage"] {
  if (word === "submitted" || word === "confirmed" || word === "ended") return word;
  throw new Error(`store: ${JSON.stringify(word)} is no stage of a leg`);
}
