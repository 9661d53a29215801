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
  | { readonly kind: "backlog"; readonly account: string; readonly pending: number }
  /** `maybeApplied`: some of it may be stored, and rescue finishes what is. */
  | { readonly kind: "unavailable"; readonly maybeApplied: boolean; readonly cause: StoreUnavailable };

export type Setback = (step: string, intentId: string, error: unknown) => void;

/** A chunk of staging holds this many targets and is atomic: fewer in one leg need no rescue. */
const CHUNK_TARGETS = 1_000;

/** Stages every leg, in order. Repeating it after any failure is safe. */
export async function stageLegs(
  plan: IntentPlan,
  store: IntakeStore,
  onSetback: Setback,
): Promise<StagedIntent> {
  const { head, legs } = plan;
  const keepsBody = needsBody(plan);
  const slots: Slot[] = [];
  const merged: Merged[] = [];
  let createdAtMs = 0;
  for (const [index, leg] of legs.entries()) {
    const isFirst = index === 0;
    try {
      const staged = await store.stage(head, leg, isFirst && keepsBody ? plan.body : null);
      if (staged.kind === "backlog") {
        if (!isFirst) await takeBack(plan, store, onSetback);
        return { kind: "backlog", account: leg.account, pending: staged.pending };
      }
      if (isFirst) createdAtMs = staged.createdAtMs;
      slots.push(...staged.slots);
      for (const [lane, targets] of Object.entries(staged.merged) as [Lane, number][])
        if (targets > 0) merged.push({ account: leg.account, lane, targets });
    } catch (cause) {
      if (!(cause instanceof StoreUnavailable)) throw cause;
      return { kind: "unavailable", maybeApplied: cause.maybeApplied || !isFirst, cause };
    }
  }
  if (keepsBody) await forgetBody(plan, store, onSetback);
  return { kind: "staged", createdAtMs, slots, merged };
}

/** Whether a crash in the middle could leave a part behind that only the body can complete. */
function needsBody({ head, legs }: IntentPlan): boolean {
  const targets = legs.reduce(
    (sum, leg) => sum + leg.lanes.reduce((of, lane) => of + lane.targets.length, 0),
    0,
  );
  return legs.length > 1 || targets > CHUNK_TARGETS || head.notBeforeMs !== null;
}

/** All is staged. Where this fails, rescue stages once more, which changes nothing, and forgets the body. */
async function forgetBody({ head, legs }: IntentPlan, store: IntakeStore, onSetback: Setback): Promise<void> {
  const [first] = legs;
  if (first === undefined) return;
  await store.staged(first.account, head.id).catch((error: unknown) => onSetback("staged", head.id, error));
}

/** One account has no room: the others must not do half of what was refused. */
async function takeBack(plan: IntentPlan, store: IntakeStore, onSetback: Setback): Promise<void> {
  await store.cancel(plan.head.id).catch((error: unknown) => onSetback("cancel", plan.head.id, error));
  await forgetBody(plan, store, onSetback);
}
