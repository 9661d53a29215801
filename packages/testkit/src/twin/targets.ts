import { isEnd, type Lane, NEXT, type State } from "@purgeline/core";
import type { Entry, Intent, LaneTwin, Target, Twin } from "./state.ts";
import { laneOf } from "./state.ts";

/** Moves those that the lifecycle lets; says how many that were. */
export function move(twin: Twin, targets: readonly Target[], to: State): number {
  const moved = targets.filter(({ state }) => NEXT[state].includes(to));
  for (const target of moved) target.state = to;
  if (isEnd(to)) for (const intent of new Set(moved.map((target) => target.intent))) finish(twin, intent, to);
  return moved.length;
}

function finish(twin: Twin, intent: Intent, to: State): void {
  if (!intent.targets.every(({ state }) => isEnd(state))) return;
  intent.finishedAt = twin.now;
  const { open } = laneOf(twin, intent.lane);
  open.u.delete(intent);
  open.n.delete(intent);
  if (to !== "cancelled") return;
  intent.hasBody = false;
  twin.unstaged.delete(intent);
}

/** Counted for metrics. */
export function tellMoved(twin: Twin, lane: Lane, state: State, count: number): void {
  if (count === 0) return;
  const counts = twin.elsewhere[lane] ?? {};
  twin.elsewhere[lane] = { ...counts, [state]: (counts[state] ?? 0) + count };
}

export function isWaiting({ state }: Target): boolean {
  return state === "pending" || state === "absorbed";
}

export function isWanted(entry: Entry): boolean {
  return entry.interests.some(isWaiting);
}

/** All targets that the account has accepted and not sealed. */
export function pendingOf(twin: Twin): number {
  return [...twin.intents.values()].flatMap(({ targets }) => targets).filter(isWaiting).length;
}

/** Since when the oldest unfinished target of the lane waits. */
export function oldestOf(twin: Twin, lane: LaneTwin): number {
  return Math.min(...lane.open.u.values(), ...lane.open.n.values(), twin.now);
}
