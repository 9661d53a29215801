import {
  type CallOptions,
  type ClaimedPolls,
  type DueLookup,
  type DueTask,
  type Hold,
  LETTER,
  type Recorded,
  type Seen,
  type Slot,
  StoreUnavailable,
  type Task,
  type TaskAnswer,
} from "@purgeline/core";
import { batchId, batchNumber } from "../batch-id.ts";
import { type Context, script } from "../context.ts";
import { kinded, list, number, type Reply, text } from "../script.ts";
import { laneNamed, slotsOf } from "../slots.ts";
import { endingsOf, holdArgs, reasonJson, reasonLines, recordedOf, seenArgs } from "./record.ts";
import { together } from "./together.ts";

/** A claimed task whose worker dies is asked for again after this long: above any call's time-out. */
const CLAIM_MS = 30_000;
const DEFAULT_AGAIN_MS = 60_000;
/** What settle says where others are let in between. A process that dies there leaves the task to be asked again. */
const COME_AGAIN = 2;

export async function claimPolls(
  context: Context,
  slot: Slot,
  most: number,
  ageMs: number,
): Promise<ClaimedPolls> {
  if (slot.kind.for !== "poll") throw new Error(`store: ${slot.id} is no poll slot`);
  const reply = await context.run(
    script("claim_polls"),
    slot.account,
    slot.kind.call,
    slot.id,
    most,
    CLAIM_MS,
    context.credential(slot.account),
    ageMs,
  );
  const { kind, rest } = kinded(reply, "claim_polls");
  switch (kind) {
    case "end":
      return { kind };
    case "wait":
      return { kind, waitMs: number(rest[0], "claim_polls"), running: number(rest[1], "claim_polls") };
    case "tasks":
      return tasksOf(slot.account, rest);
    case "lookups":
      return lookupsOf(slot.account, rest);
    default:
      throw new Error(`store: claim_polls answered ${JSON.stringify(kind)}`);
  }
}

function tasksOf(account: string, rest: Reply): ClaimedPolls {
  const slots = slotsOf(account, text(rest[0], "claim_polls"));
  const tasks: DueTask[] = [];
  for (let i = 2; i + 5 < rest.length; i += 6) {
    tasks.push({
      ref: text(rest[i], "claim_polls"),
      batch: batchId(account, number(rest[i + 1], "claim_polls")),
      lane: laneNamed(text(rest[i + 2], "claim_polls")),
      acceptedAgeMs: number(rest[i + 3], "claim_polls"),
      task: JSON.parse(text(rest[i + 4], "claim_polls")) as Task,
      isFirst: number(rest[i + 5], "claim_polls") === 1,
    });
  }
  return { kind: "tasks", tasks, slots, grantedAtMs: number(rest[1], "claim_polls") };
}

function lookupsOf(account: string, rest: Reply): ClaimedPolls {
  const lookups: DueLookup[] = [];
  for (let i = 5; i + 5 < rest.length; i += 6) {
    lookups.push({
      ref: text(rest[i], "claim_polls"),
      batch: batchId(account, number(rest[i + 1], "claim_polls")),
      attempt: number(rest[i + 2], "claim_polls"),
      sentAtMs: number(rest[i + 3], "claim_polls"),
      missedAtMs: number(rest[i + 4], "claim_polls"),
      ageMs: number(rest[i + 5], "claim_polls"),
    });
  }
  const [first, ...others] = lookups;
  if (first === undefined) throw new Error("store: claim_polls claimed no lookup");
  return {
    kind: "lookups",
    lane: laneNamed(text(rest[2], "claim_polls")),
    options: JSON.parse(text(rest[3], "claim_polls")) as CallOptions,
    skewMs: rest[4] === "" ? null : number(rest[4], "claim_polls"),
    lookups: [first, ...others],
    slots: slotsOf(account, text(rest[0], "claim_polls")),
    grantedAtMs: number(rest[1], "claim_polls"),
  };
}

/** Items of a batch in order; null: it has ended. */
export async function items(
  context: Context,
  account: string,
  batch: string,
): Promise<readonly string[] | null> {
  const reply = await context.run(script("items"), account, batchNumber(batch));
  if (reply === null) return null;
  const [, ...texts] = list(reply, "items");
  return texts.map((item) => (typeof item === "string" ? item : ""));
}

export async function settle(context: Context, account: string, answer: TaskAnswer): Promise<Recorded> {
  const { letters, reasons } = endingsOf(answer.size, ".", answer.ended);
  const [call, date] = seenArgs(answer.seen);
  const args = [
    batchNumber(answer.task.batch),
    answer.task.ref,
    letters,
    await reasonLines(context, reasons),
    answer.rest === null ? "" : LETTER[answer.rest.end],
    answer.rest === null ? "" : reasonJson(answer.rest.code, answer.rest.message),
    call ?? "",
    date ?? "",
    context.credential(account),
    Math.round(answer.againMs ?? DEFAULT_AGAIN_MS),
    ...answer.next.flatMap(({ task, inMs }) => [Math.round(inMs), JSON.stringify(task)]),
  ];
  const steps: Recorded[] = [];
  for (;;) {
    const reply = await context.run(script("settle"), account, ...args).catch((error: unknown) => {
      // What the steps before have ended is ended, and told of; the task stays, and is asked again for the rest.
      if (steps.length === 0 || !(error instanceof StoreUnavailable)) throw error;
      return null;
    });
    if (reply === null) return together(steps);
    const told = list(reply, "settle");
    steps.push(recordedOf(account, told, "settle"));
    if (told[0] !== COME_AGAIN) return together(steps);
  }
}

export async function putOff(
  context: Context,
  account: string,
  tasks: readonly Pick<DueTask, "ref">[],
  inMs: number,
  hold: Hold | null,
  seen: Seen,
): Promise<void> {
  const [call, ...told] = seenArgs(seen);
  await context.run(
    script("put_off"),
    account,
    call ?? "",
    Math.round(inMs),
    ...holdArgs(hold, seen),
    ...told,
    context.credential(account),
    ...tasks.map((task) => task.ref),
  );
}
