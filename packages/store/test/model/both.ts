import type { DueTask } from "@purgeline/core";
import type { Twin } from "@purgeline/testkit/twin";
import type { Sealed } from "../steps.ts";
import type { Step } from "./commands.ts";
import type { Plan, Real } from "./real.ts";

export type Of<Word extends Step["do"]> = Extract<Step, { readonly do: Word }>;

/** The store, what it should say, and what its workers have under way. */
export interface Both {
  readonly real: Real;
  readonly twin: Twin;
  readonly plans: Map<string, Plan>;
  readonly sending: Sealed[];
  readonly asked: DueTask[];
}

export function pass(both: Both, ms: number): void {
  both.twin.now += ms;
  both.real.clock.nowMs = both.twin.now;
}
