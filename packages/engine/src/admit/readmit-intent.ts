import type { IntentHead, IntentPlan, Json, StoreUnavailable } from "@purgeline/core";
import type { AdmitPorts } from "./admit-intent.ts";
import { planPatiently } from "./plan-patiently.ts";
import { stageAll } from "./stage-legs.ts";

export type Readmitted = "staged" | "backlog" | "unplannable";

/**
 * Finishes a staging that a crash cut off, or wakes an intent whose `notBefore` has come: the
 * same body is planned again and staged under its own id, which repeats nothing that is there.
 * `unplannable`: the configuration has changed so that the body does not fit it any more.
 */
export async function readmitIntent(
  intent: { readonly intentId: string; readonly head: IntentHead; readonly body: Json },
  ports: Omit<AdmitPorts, "newId">,
): Promise<Readmitted> {
  const { intentId, head, body } = intent;
  // What its token allowed is in the head: the accounts it went to.
  const producer = { name: head.createdBy, rights: null };
  const planned = await planPatiently(body, producer, ports.intake, () => intentId);
  if (!planned.ok) return "unplannable";
  const legs = planned.plan.legs.filter((leg) => head.accounts.includes(leg.account));
  const { follower } = planned;
  const staged = await stageAll({ head, legs, body }, follower && within(follower, head), ports.store);
  if (staged.kind === "backlog") return "backlog";
  if (staged.kind === "unavailable") throw staged.cause satisfies StoreUnavailable;
  await ports.queue.add(staged.slots);
  for (const account of head.accounts.slice(0, 1)) await ports.store.staged(account, intentId);
  return "staged";
}

/** Only where the purge went. */
function within(follower: IntentPlan, { accounts }: IntentHead): IntentPlan {
  const legs = follower.legs.filter((leg) => accounts.includes(leg.account));
  return { ...follower, legs, head: { ...follower.head, accounts: legs.map(({ account }) => account) } };
}
