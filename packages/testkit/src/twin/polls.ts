import type { Hold, Task } from "@purgeline/core";
import { holdCall, permit } from "./gate.ts";
import { type Batch, byScore, type TaskTwin, type Twin } from "./state.ts";

/** Due times meet on half seconds, so that one query takes many tasks. */
const MEET_MS = 500;
/** A claimed task whose worker died is asked for again after so long. */
const CLAIM_MS = 30_000;

export function addTask(twin: Twin, batch: Batch, task: Task, dueAt: number, isFirst: boolean): void {
  batch.taskNo += 1;
  const ref = `${batch.number}.${batch.taskNo}`;
  twin.tasks.set(ref, { ref, batch, task, dueAt: Math.ceil(dueAt / MEET_MS) * MEET_MS, isFirst });
}

export function dropTasks(twin: Twin, batch: Batch): void {
  for (const task of twin.tasks.values()) if (task.batch === batch) twin.tasks.delete(task.ref);
}

export type ClaimedTwin =
  | { readonly kind: "end" }
  | { readonly kind: "wait"; readonly why: string; readonly until: number }
  | { readonly kind: "tasks"; readonly tasks: readonly TaskTwin[] };

export function claimPolls(twin: Twin, call: string, most: number): ClaimedTwin {
  const waiting = new Map(
    [...twin.tasks.values()].filter(({ task }) => task.call === call).map(({ ref, dueAt }) => [ref, dueAt]),
  );
  const [first] = byScore(waiting);
  if (first === undefined) return { kind: "end" };
  if (first[1] > twin.now) return { kind: "wait", why: "due", until: first[1] };
  const granted = permit(twin, call);
  if (granted.grantedAt === null) return { kind: "wait", why: granted.why, until: granted.until };
  const due = byScore(waiting).filter(([, at]) => at <= twin.now);
  const tasks = due.slice(0, most).flatMap(([ref]) => twin.tasks.get(ref) ?? []);
  const claimed = tasks.map((task) => ({ ...task }));
  for (const task of tasks) Object.assign(task, { dueAt: twin.now + CLAIM_MS, isFirst: false });
  return { kind: "tasks", tasks: claimed };
}

/** A query told nothing: its tasks are asked later. */
export function putOff(
  twin: Twin,
  call: string,
  refs: readonly string[],
  inMs: number,
  hold: Hold | null,
): void {
  for (const ref of refs) {
    const task = twin.tasks.get(ref);
    if (task !== undefined) task.dueAt = twin.now + inMs;
  }
  if (hold?.scope === "call") holdCall(twin, call, hold.why, hold.ms);
}
