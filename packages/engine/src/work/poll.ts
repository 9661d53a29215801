import {
  counted,
  type DueTask,
  type Face,
  type Failure,
  type HttpReply,
  type PollAnswer,
  type Progress,
  type Rejected,
  type Row,
  type Slot,
  type SlotEnd,
  type Task,
  type TaskAnswer,
} from "@purgeline/core";
import type { BatchItems } from "./batch-items.ts";
import { type Answered, type Permit, sendCall } from "./call.ts";
import { postpone } from "./decide-query.ts";
import { faceOfLookups } from "./face.ts";
import { isFailure } from "./failures.ts";
import { lookUp } from "./look-up.ts";
import { permitAgeMs } from "./permit-age.ts";
import { accountOf, type WorkAccount, type WorkPorts } from "./ports.ts";
import type { Query } from "./query.ts";
import type { Turns } from "./turns.ts";
import { wake } from "./wake.ts";

const LONGEST_WAIT_HERE_MS = 2000;
/** A task is asked for again after a fifth of its age: within 20 % of its end, in few queries. */
const WAIT_PER_AGE = 0.2;
const LONGEST_POLL_WAIT_MS = 60_000;
/** What a whole answer did not name is seldom named later: it is asked for less often, until the look-back ends. */
const LONGEST_AGAIN_MS = 600_000;

/** One slot, one query: asks for as many due tasks as a call takes, and settles what they tell. */
export async function poll(
  slot: Slot,
  turns: Turns,
  items: BatchItems,
  ports: WorkPorts,
  show: (face: Face) => Promise<void>,
): Promise<SlotEnd> {
  if (slot.kind.for !== "poll") throw new Error(`poll: ${slot.id} is no poll slot`);
  const account = accountOf(ports, slot.account);
  const { call } = slot.kind;
  for (;;) {
    const endTurn = await turns.take(`${slot.account} ${call}`);
    try {
      const askedAt = ports.clock.monotonic();
      const ageMs = permitAgeMs(account, call);
      const claimed = await ports.store.claimPolls(slot, account.provider.poll.max(call), ageMs);
      ports.events.turned();
      // Whoever waits does so without the turn: another task may be due sooner.
      endTurn();
      if (claimed.kind === "end") return { kind: "done", summary: "no task under way" };
      if (claimed.kind === "tasks") {
        const queued = wake(ports, claimed.slots);
        const permit = { askedAt, ageMs, grantedAtMs: claimed.grantedAtMs };
        const [first, ...rest] = claimed.tasks;
        if (first === undefined) return { kind: "done", summary: "the due tasks have ended" };
        const due: Due = [first, ...rest];
        const summary = await ask({ account, call, items, ports }, due, permit);
        await show({
          title: `${slot.account} ${call} · ${counted(due.length, "task")}`,
          preview: due.slice(0, 10).map((each) => each.task.id),
        });
        await queued;
        return { kind: "done", summary };
      }
      if (claimed.kind === "lookups") {
        const queued = wake(ports, claimed.slots);
        const permit = { askedAt, ageMs, grantedAtMs: claimed.grantedAtMs };
        const summary = await lookUp({ account, call, items, ports }, claimed, permit);
        await show(faceOfLookups(slot.account, call, claimed));
        await queued;
        return { kind: "done", summary };
      }
      await show({
        title: `${slot.account} ${call} · ${counted(claimed.running, "task")} under way`,
        preview: [],
      });
      if (claimed.waitMs > LONGEST_WAIT_HERE_MS || ports.stopping.aborted)
        return { kind: "later", delayMs: claimed.waitMs };
      await ports.clock.sleep(claimed.waitMs, ports.stopping);
    } finally {
      endTurn();
    }
  }
}

type Due = readonly [DueTask, ...DueTask[]];

/** What came of it, in a few words. */
async function ask(query: Query, due: Due, permit: Permit | null): Promise<string> {
  const { account, call, items, ports } = query;
  const [first, ...rest] = due;
  const tasks: readonly [Task, ...Task[]] = [first.task, ...rest.map((each) => each.task)];
  const answered = await sendCall<PollAnswer>(ports, account, {
    call,
    permit,
    attempt: null,
    encode: (context) => account.provider.poll.encode(tasks, context),
    decode: (reply: HttpReply) => account.provider.poll.decode(reply, tasks),
  });
  const { answer, durationMs } = answered;
  const { name } = account.account.settings;
  ports.events.polled({ account: name, call, tasks: due.length, outcome: answer, durationMs });
  if (!isFailure(answer)) {
    for (const [index, each] of due.entries()) {
      const progress = answer.tasks[index] ?? { rows: [], next: [each.task] };
      await settleTask(account, each, progress, answered, items, ports);
    }
    return `${counted(due.length, "task")} asked`;
  }
  if (answer.kind === "poisoned" && rest.length > 0) return await askApart(query, [first, ...rest]);
  await putOff(account, due, answer, answered, ports);
  return `${answer.kind} ${answer.code}`;
}

/**
 * One task spoils the query for all of them: the halves are asked apart, each with a permit of its
 * own, until the culprit stands alone and is the only one that is put off.
 */
async function askApart(query: Query, due: Due): Promise<string> {
  const middle = Math.ceil(due.length / 2);
  const summaries: string[] = [];
  for (const half of [due.slice(0, middle), due.slice(middle)]) {
    const [first, ...rest] = half;
    if (first !== undefined) summaries.push(await ask(query, [first, ...rest], null));
  }
  return summaries.join(", ");
}

async function settleTask(
  account: WorkAccount,
  due: DueTask,
  progress: Progress,
  answered: Answered<PollAnswer>,
  items: BatchItems,
  ports: WorkPorts,
): Promise<void> {
  const { name } = account.account.settings;
  const known = progress.rows.length === 0 ? null : await items.of(name, due.batch);
  const ended = known === null ? [] : endedOf(account.provider.poll.match(known, progress.rows));
  const over = isOver(account, due);
  const answer: TaskAnswer = {
    task: due,
    size: known?.length ?? 0,
    ended,
    next: over
      ? []
      : progress.next.map((task) => ({ task, inMs: nextPollMs(task, due, account.limits.pollEveryMs) })),
    rest: over
      ? {
          end: "unconfirmed",
          code: "look-back-ended",
          message: "The provider did not tell an end while it could be asked.",
        }
      : null,
    againMs: spacedMs(due, account.limits.pollEveryMs, LONGEST_AGAIN_MS),
    seen: answered.seen,
  };
  const recorded = await ports.store.settle(name, answer);
  await wake(ports, recorded.slots);
  ports.events.moved(name, due.lane, recorded.transitions);
}

/**
 * Not by the first query, however late it is: Alibaba's starts the refresh of a status, and may itself be told a stale
 * one (help page 91158, read 2026-11-21).
 */
function isOver({ limits }: WorkAccount, { acceptedAgeMs, isFirst }: DueTask): boolean {
  return acceptedAgeMs >= limits.lookBackMs && !isFirst;
}

/** The next page and the next step of a task have their answers ready; only the same question needs time. */
function nextPollMs(task: Task, due: DueTask, everyMs: number): number {
  if (JSON.stringify(task) !== JSON.stringify(due.task)) return 0;
  return spacedMs(due, everyMs, LONGEST_POLL_WAIT_MS);
}

function spacedMs({ acceptedAgeMs }: DueTask, everyMs: number, longestMs: number): number {
  return Math.min(longestMs, Math.max(everyMs, acceptedAgeMs * WAIT_PER_AGE));
}

function endedOf(rows: readonly (Row | null)[]): readonly Rejected[] {
  return rows.flatMap((row, index) =>
    row === null ? [] : [{ index, end: row.end, code: row.code ?? row.end, message: row.message ?? "" }],
  );
}

/** A query changes nothing at the provider, so every failure only means: ask later. */
async function putOff(
  account: WorkAccount,
  due: readonly DueTask[],
  failure: Failure,
  answered: Answered<PollAnswer>,
  ports: WorkPorts,
): Promise<void> {
  const { name } = account.account.settings;
  const { inMs, hold } = postpone(account, failure, ports);
  const over = due.filter((each) => isOver(account, each));
  for (const each of over) await settleTask(account, each, { rows: [], next: [] }, answered, NO_ITEMS, ports);
  await ports.store.putOff(
    name,
    due.filter((each) => !over.includes(each)),
    inMs,
    hold,
    answered.seen,
  );
}

const NO_ITEMS: BatchItems = { of: () => Promise.resolve(null) };
