import { type IntakeStore, type IntentPlan, type Lane, type Slot, StoreUnavailable } from "@purgeline/core";

/** Given targets that met one already pending. */
export interface Merged {
  readonly account: string;
  readonly lane: Lane;
  readonly targets: number;
}

export type StagedIntent =
  | {
      readonly kind: "staged";
      readonly createdAtMs: number;
      readonly slots: readonly Slot[];
      readonly merged: readonly Merged[];
    }
  /** `isPart`: legs before this one are staged. */
  | {
      readonly kind: "backlog";
      readonly account: string;
      readonly pending: number;
      readonly isPart: boolean;
    }
  /** `maybeApplied`: some of it may be stored, and rescue finishes what is. */
  | { readonly kind: "unavailable"; readonly maybeApplied: boolean; readonly cause: StoreUnavailable };

// The store stages a lane of a leg in chunks of this many, each in one atomic step.
const CHUNK_TARGETS = 1_000;

/** Stages an intent, and the one that follows it. Repeating it after any failure is safe. */
export async function stageAll(
  plan: IntentPlan,
  follower: IntentPlan | null,
  store: IntakeStore,
): Promise<StagedIntent> {
  const first = await stageLegs(plan, store);
  if (follower === null || first.kind !== "staged") return first;
  const second = await stageLegs(follower, store);
  switch (second.kind) {
    case "staged":
      return {
        ...first,
        slots: [...first.slots, ...second.slots],
        merged: [...first.merged, ...second.merged],
      };
    case "backlog":
      return { ...second, isPart: true };
    case "unavailable":
      return { ...second, maybeApplied: true };
    default:
      return second satisfies never;
  }
}

/** Stages every leg, in order. */
async function stageLegs(plan: IntentPlan, store: IntakeStore): Promise<StagedIntent> {
  const { head, legs } = plan;
  const keptBody = needsBody(plan) ? plan.body : null;
  const slots: Slot[] = [];
  const merged: Merged[] = [];
  let createdAtMs = 0;
  for (const [index, leg] of legs.entries()) {
    const isFirst = index === 0;
    try {
      const staged = await store.stage(head, leg, isFirst ? keptBody : null);
      if (staged.kind === "backlog")
        return { kind: "backlog", account: leg.account, pending: staged.pending, isPart: !isFirst };
      if (isFirst) createdAtMs = staged.createdAtMs;
      slots.push(...staged.slots);
      for (const [lane, targets] of Object.entries(staged.merged) as [Lane, number][])
        if (targets > 0) merged.push({ account: leg.account, lane, targets });
    } catch (cause) {
      if (!(cause instanceof StoreUnavailable)) throw cause;
      return { kind: "unavailable", maybeApplied: cause.maybeApplied || !isFirst, cause };
    }
  }
  return { kind: "staged", createdAtMs, slots, merged };
}

/** Whether a crash in the middle could leave a part behind that only the body can complete. */
export function needsBody({ head, legs }: IntentPlan): boolean {
  const lanes = legs.flatMap((leg) => leg.lanes);
  return (
    lanes.length > 1 ||
    lanes.some(({ targets }) => targets.length > CHUNK_TARGETS) ||
    head.notBeforeMs !== null ||
    head.thenIntent !== undefined
  );
}
