import type { EndState, Lane, Moved, State, Transitions, WorkStore } from "@purgeline/core";

/** How many targets came to each end, by `lane state`, as the metrics count them. */
export type Tally = Map<string, number>;

const ENDS = ["confirmed", "failed", "unconfirmed", "cancelled"] as const satisfies readonly EndState[];

export function addEnd(tally: Tally, lane: Lane, state: State, count = 1): void {
  const name = `${lane} ${state}`;
  if (count > 0) tally.set(name, (tally.get(name) ?? 0) + count);
}

export function addEnds(tally: Tally, lane: Lane, counts: Transitions["targets"]): void {
  for (const end of ENDS) addEnd(tally, lane, end, counts[end] ?? 0);
}

export function addMoved(tally: Tally, { elsewhere }: Moved): void {
  for (const [lane, counts] of Object.entries(elsewhere) as [Lane, Transitions["targets"]][])
    addEnds(tally, lane, counts);
}

/** Counts what each step of the workers says that it moved. */
export function tallied(work: WorkStore, tally: Tally): WorkStore {
  const add = (lane: Lane, { targets, ...moved }: Transitions): void => {
    addMoved(tally, moved);
    addEnds(tally, lane, targets);
  };
  return {
    ...work,
    async take(...asked) {
      const taken = await work.take(...asked);
      addMoved(tally, taken.moved);
      return taken;
    },
    async record(slot, batch, verdict, seen) {
      const recorded = await work.record(slot, batch, verdict, seen);
      add(batch.lane, recorded.transitions);
      return recorded;
    },
    async settle(account, answer) {
      const settled = await work.settle(account, answer);
      add(answer.task.lane, settled.transitions);
      return settled;
    },
    async settleLookup(account, answer) {
      const settled = await work.settleLookup(account, answer);
      add(answer.lane, settled.transitions);
      return settled;
    },
    async sweep(account) {
      const swept = await work.sweep(account);
      addMoved(tally, swept.transitions);
      return swept;
    },
  };
}
