import type { CallName, JsonObject } from "@purgeline/core";
import type { VirtualClock } from "./clock.ts";
import type { Faults } from "./faults.ts";

/** One item's work at the provider, as it is now. */
export interface TaskRow {
  readonly item: string;
  readonly status: "processing" | "succeeded" | "failed";
  /** 0–100. */
  readonly percent: number;
  readonly createdAtMs: number;
  /** Null while it is processing. */
  readonly finishedAtMs: number | null;
  /** What the simulator noted about it: its kind, its domain. */
  readonly note: JsonObject;
}

export interface TaskView {
  readonly id: string;
  /** The call that made it. */
  readonly call: CallName;
  readonly createdAtMs: number;
  readonly rows: readonly TaskRow[];
}

/** An account's tasks. They finish by themselves when they are old enough. */
export interface TaskStore {
  /** Adds items to the task of this id; a provider that shares ids among calls adds to an existing one. */
  add(id: string, call: CallName, items: readonly string[], note?: JsonObject): void;
  /** The task as a query sees it; null: unknown, aged out, or made to vanish. */
  get(id: string, query: CallName): TaskView | null;
  /** All tasks, oldest first, as a listing query sees them. */
  list(query: CallName): readonly TaskView[];
  /** From now on tasks take this long; unfinished ones are judged by it too. */
  setCompleteMs(completeMs: number): void;
}

interface StoredRow {
  readonly item: string;
  readonly createdAtMs: number;
  completeAtMs: number;
  readonly isFailing: boolean;
  readonly note: JsonObject;
}

interface StoredTask {
  readonly id: string;
  readonly call: CallName;
  readonly rows: StoredRow[];
}

interface TaskStoreOptions {
  readonly account: string;
  readonly completeMs: number;
  /** Older tasks are unknown, as they are at the provider. */
  readonly lookBackMs: number;
  readonly clock: VirtualClock;
  readonly faults: Faults;
}

export function createTaskStore(options: TaskStoreOptions): TaskStore {
  const { account, clock, faults, lookBackMs } = options;
  let completeMs = options.completeMs;
  const tasks = new Map<string, StoredTask>();

  const forgetOld = (): void => {
    for (const [id, task] of tasks) {
      if (createdAtMs(task) > clock.nowMs() - lookBackMs) return;
      tasks.delete(id);
    }
  };
  const look = (task: StoredTask, query: CallName): TaskView | null => viewOf(task, query, options);

  return {
    add(id, call, items, note = {}) {
      forgetOld();
      const task = tasks.get(id) ?? { id, call, rows: [] };
      tasks.set(id, task);
      const nowMs = clock.nowMs();
      for (const item of items) {
        const isFailing = faults.take(["fail-items"], { account, calls: [call], item }) !== null;
        task.rows.push({ item, createdAtMs: nowMs, completeAtMs: nowMs + completeMs, isFailing, note });
      }
    },
    get(id, query) {
      forgetOld();
      const task = tasks.get(id);
      return task === undefined ? null : look(task, query);
    },
    list(query) {
      forgetOld();
      const lateMs = faults.take(["late-list"], { account, calls: [query] })?.ms ?? 0;
      const untilMs = clock.nowMs() - lateMs;
      return [...tasks.values()]
        .map((task) => look(task, query))
        .filter((view) => view !== null)
        .map((view) => ({ ...view, rows: view.rows.filter(({ createdAtMs: at }) => at <= untilMs) }))
        .filter(({ rows }) => rows.length > 0);
    },
    setCompleteMs(ms) {
      completeMs = ms;
      const unfinished = [...tasks.values()].flatMap((task) => task.rows);
      for (const row of unfinished) {
        if (row.completeAtMs > clock.nowMs()) row.completeAtMs = row.createdAtMs + ms;
      }
    },
  };
}

/** What a query sees of a task; null: an injected fault hides it. */
function viewOf(
  task: StoredTask,
  query: CallName,
  { account, clock, faults }: TaskStoreOptions,
): TaskView | null {
  const strike = { account, calls: [query, task.call] };
  if (faults.take(["vanish-task"], strike) !== null) return null;
  const isLazy = faults.take(["lazy-status"], strike) !== null;
  const nowMs = clock.nowMs();
  const rows = task.rows.map((row) => rowAt(row, nowMs, isLazy));
  return { id: task.id, call: task.call, createdAtMs: createdAtMs(task), rows };
}

function createdAtMs(task: StoredTask): number {
  return task.rows[0]?.createdAtMs ?? 0;
}

function rowAt(row: StoredRow, nowMs: number, isLazy: boolean): TaskRow {
  const { item, createdAtMs, note } = row;
  if (!isLazy && nowMs >= row.completeAtMs) {
    const status = row.isFailing ? "failed" : "succeeded";
    return { item, status, percent: 100, createdAtMs, finishedAtMs: row.completeAtMs, note };
  }
  const share = (nowMs - createdAtMs) / Math.max(1, row.completeAtMs - createdAtMs);
  const percent = Math.min(99, Math.max(0, Math.floor(share * 100)));
  return { item, status: "processing", percent, createdAtMs, finishedAtMs: null, note };
}
