import {
  type IntentHead,
  LETTER,
  type LegView,
  NO_COUNTS,
  STATES,
  type State,
  type StateCounts,
  type TargetFailure,
  type WaitReason,
} from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { list, number, text } from "../script.ts";
import { laneNamed } from "../slots.ts";

/** One leg of an intent; null: this account has none. */
export async function readLeg(context: Context, account: string, intentId: string): Promise<LegView | null> {
  const reply = await context.run(script("read_leg"), account, intentId);
  if (reply === null) return null;
  const [fieldList, waiting, failures] = list(reply, "read_leg");
  const fields = pairs(fieldList);
  const field = (name: string): string => text(fields.get(name), `read_leg ${name}`);
  const head = JSON.parse(field("head")) as IntentHead;
  const finished = fields.get("finished");
  return {
    account,
    head,
    counts: countsOf(fields),
    duplicates: Number(field("dup")),
    createdAtMs: Number(field("created")),
    finishedAtMs: finished === undefined ? null : Number(finished),
    lives: Number(field("lives")),
    waiting: waitingOf(list(waiting, "read_leg"), head),
    failures: failuresOf(list(failures, "read_leg"), account),
  };
}

function pairs(value: unknown): ReadonlyMap<string, string> {
  const flat = list(value, "read_leg").map((each) => text(each, "read_leg"));
  const found = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) found.set(flat[i] ?? "", flat[i + 1] ?? "");
  return found;
}

function countsOf(fields: ReadonlyMap<string, string>): StateCounts {
  const counts: Record<State, number> = { ...NO_COUNTS };
  for (const state of STATES) counts[state] = Number(fields.get(`n:${LETTER[state]}`) ?? "0");
  return counts;
}

function waitingOf(flat: readonly unknown[], head: IntentHead): LegView["waiting"] {
  const waiting: LegView["waiting"][number][] = [];
  for (let i = 0; i + 3 < flat.length; i += 4) {
    const reason = text(flat[i + 2], "read_leg");
    const until = text(flat[i + 3], "read_leg");
    waiting.push({
      lane: laneNamed(text(flat[i], "read_leg")),
      targets: number(flat[i + 1], "read_leg"),
      why: {
        // Nobody waits for the lane's sake: its next take is on the way.
        reason: reason === "" ? "rate" : (reason as WaitReason),
        untilMs: reason === "notBefore" ? head.notBeforeMs : until === "" ? null : Number(until),
      },
    });
  }
  return waiting;
}

function failuresOf(flat: readonly unknown[], account: string): readonly TargetFailure[] {
  const failures: TargetFailure[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    failures.push({
      target: text(flat[i], "read_leg"),
      account,
      ...parseReason(text(flat[i + 1], "read_leg")),
    });
  }
  return failures;
}

/** The reason stored beside a target that ended badly. */
export function parseReason(json: string): { readonly code: string; readonly message: string } {
  const [code, message] = JSON.parse(json) as [string, string];
  return { code, message };
}
