import {
  type Hold,
  type Lane,
  LETTER,
  type LegMilestone,
  type Moved,
  type Recorded,
  type Rejected,
  type Seen,
  type Slot,
  type State,
  stateOf,
  type TakenBatch,
  type Transitions,
  type Verdict,
} from "@purgeline/core";
import { batchNumber } from "../batch-id.ts";
import { type Context, script } from "../context.ts";
import { type Arg, list, number, text } from "../script.ts";
import { laneNamed, slotOf } from "../slots.ts";

/** A provider's message may be a whole page; a receipt shows a sentence. */
const MESSAGE_CHARS = 300;
/** The longest that a provider lists has 49; what an answer calls a code may be anything. */
const CODE_CHARS = 100;

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
    await reasonLines(context, reasons),
    delayOf(verdict),
    flagOf(verdict),
    ...holdArgs(verdict.do === "retry" ? verdict.hold : null, seen),
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

/** A bad end of the item at `index`. */
type Reason = Pick<Rejected, "index" | "code" | "message">;

interface Endings {
  /** One for each item. */
  readonly letters: string;
  readonly reasons: readonly Reason[];
}

/**
 * `index TAB reason NEWLINE` for each. A target that fails with a sentence takes three times as much as it did
 * while it waited: where there is no memory for that it is remembered by its code alone, which takes no more
 * than it leaves.
 */
export async function reasonLines({ memory }: Context, reasons: readonly Reason[]): Promise<string> {
  const whole = linesOf(reasons, MESSAGE_CHARS);
  return whole === "" || (await memory.fits(whole.length)) ? whole : linesOf(reasons, 0);
}

function linesOf(reasons: readonly Reason[], chars: number): string {
  return reasons
    .map(({ index, code, message }) => `${index + 1}\t${jsonOf(code, message, chars)}\n`)
    .join("");
}

function jsonOf(code: string, message: string, chars: number): string {
  return JSON.stringify([code.slice(0, CODE_CHARS), message.slice(0, chars)]);
}

export function reasonJson(code: string, message: string): string {
  return jsonOf(code, message, MESSAGE_CHARS);
}

function endings(verdict: Verdict, size: number): Endings {
  switch (verdict.do) {
    case "accept":
      return endingsOf(size, ".", verdict.rejected);
    case "finish":
      return endingsOf(size, LETTER.confirmed, verdict.rejected);
    case "end":
      return {
        letters: LETTER[verdict.end].repeat(size),
        reasons: Array.from({ length: size }, (_, index) => ({
          index,
          code: verdict.code,
          message: verdict.message,
        })),
      };
    case "retry":
    case "split":
      return { letters: "", reasons: [] };
    default:
      return verdict satisfies never;
  }
}

export function endingsOf(size: number, letter: string, ended: readonly Rejected[]): Endings {
  const letters = Array.from({ length: size }, () => letter);
  for (const item of ended) letters[item.index] = LETTER[item.end];
  return { letters: letters.join(""), reasons: ended.filter(({ end }) => end !== "confirmed") };
}

export function holdArgs(hold: Hold | null, { grantedAtMs }: Seen): readonly [Arg, Arg, Arg] {
  switch (hold?.scope) {
    case undefined:
      return ["", "", ""];
    case "call":
      return [hold.why, Math.round(hold.ms), grantedAtMs ?? ""];
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
    (seen.error?.code ?? "").slice(0, CODE_CHARS),
    (seen.error?.message ?? "").slice(0, MESSAGE_CHARS),
  ];
}

export function recordedOf(account: string, reply: unknown, where: string): Recorded {
  const [applied, slots, totals, milestones, elsewhere] = list(reply, where);
  const targets: Partial<Record<State, number>> = {};
  const flat = list(totals, where);
  for (let i = 0; i + 1 < flat.length; i += 2)
    targets[stateOf(text(flat[i], where))] = number(flat[i + 1], where);
  return {
    applied: applied !== 0,
    slots: list(slots, where).map((id) => slotOf(account, text(id, where))),
    transitions: {
      targets,
      ...movedOf(elsewhere, milestones, where),
    },
  };
}

/** What moved in whatever lanes, and the stages that legs came to. */
export function movedOf(elsewhere: unknown, milestones: unknown, where: string): Moved {
  return {
    elsewhere: elsewhereOf(list(elsewhere, where), where),
    legs: legsOf(list(milestones, where), where),
  };
}

function elsewhereOf(flat: readonly unknown[], where: string): Transitions["elsewhere"] {
  const moved: Partial<Record<Lane, Partial<Record<State, number>>>> = {};
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const lane = laneNamed(text(flat[i], where));
    moved[lane] = { ...moved[lane], [stateOf(text(flat[i + 1], where))]: number(flat[i + 2], where) };
  }
  return moved;
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
