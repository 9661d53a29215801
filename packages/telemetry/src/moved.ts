import type { Lane, Moved, State, Transitions } from "@purgeline/core";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** Counts targets that went into another state, those of `lane` among them, and logs intents that have ended. */
export function tellMoved(
  account: string,
  lane: Lane | null,
  { targets, elsewhere, legs }: Moved & Partial<Pick<Transitions, "targets">>,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): void {
  const own = lane === null ? [] : [[lane, targets ?? {}] as const];
  for (const [each, counts] of [...own, ...(Object.entries(elsewhere) as [Lane, Transitions["targets"]][])]) {
    for (const [state, count] of Object.entries(counts) as [State, number][])
      metrics.targets(account, each, state, count);
    if (counts.absorbed !== undefined) metrics.merged(account, each, "absorbed", counts.absorbed);
  }
  for (const { intentId, op, stage, sinceAcceptedMs } of legs) {
    if (stage !== "ended") metrics.intentDuration(op, stage, sinceAcceptedMs);
    if (stage !== "submitted") log.info("intent.finished", { intentId, account, ms: sinceAcceptedMs });
  }
}
