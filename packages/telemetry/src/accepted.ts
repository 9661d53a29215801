import type { IntentPlan, Lane } from "@purgeline/core";
import type { LogFields, Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** Counts and logs intents that were taken in. What their staging moved the store has told. */
export function tellAccepted(
  plans: readonly IntentPlan[],
  merged: readonly { readonly account: string; readonly lane: Lane; readonly targets: number }[],
  by: LogFields,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): void {
  for (const { head } of plans) {
    metrics.intent(head.op, "accepted");
    log.info("intent.accepted", { intentId: head.id, op: head.op, ...by });
  }
  for (const { account, lane, targets } of merged) metrics.merged(account, lane, "duplicate", targets);
}
