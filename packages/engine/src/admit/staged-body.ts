import type { IntakeStore, IntentPlan } from "@purgeline/core";
import type { Setback } from "./setback.ts";
import { needsBody } from "./stage-legs.ts";

/**
 * All is staged, so the body is not needed to finish it: unless a notBefore is there, for
 * then it is staged once more when that time has come. Where this fails, rescue stages
 * again, which changes nothing, and forgets the body itself.
 */
export async function forgetBody(plan: IntentPlan, store: IntakeStore, onSetback: Setback): Promise<void> {
  const { head, legs } = plan;
  const [first] = legs;
  if (first === undefined || head.notBeforeMs !== null || !needsBody(plan)) return;
  await store.staged(first.account, head.id).catch((error: unknown) => onSetback("staged", head.id, error));
}

/** One account has no room: the others must not do half of what was refused. */
export async function takeBack(plan: IntentPlan, store: IntakeStore, onSetback: Setback): Promise<void> {
  const { id } = plan.head;
  // What that lets go is found by rescue.
  await store.cancel(id).catch((error: unknown) => onSetback("cancel", id, error));
  const [first] = plan.legs;
  if (first === undefined) return;
  await store.staged(first.account, id).catch((error: unknown) => onSetback("staged", id, error));
}
