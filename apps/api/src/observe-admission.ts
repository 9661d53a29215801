import type { Op } from "@purgeline/core";
import { type Admitted, plansOf } from "@purgeline/engine";
import type { Logger, Metrics } from "@purgeline/telemetry";

/** Counts and logs what became of one request to take an intent in. */
export function observeAdmission(
  admitted: Admitted,
  body: unknown,
  producer: string,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): void {
  const op = opOf(body);
  switch (admitted.kind) {
    case "accepted":
      for (const { head, legs } of plansOf(admitted)) {
        metrics.intent(head.op, "accepted");
        for (const leg of legs)
          for (const { lane, targets } of leg.lanes)
            metrics.targets(leg.account, lane, "pending", targets.length);
        log.info("intent.accepted", { intentId: head.id, op: head.op, producer });
      }
      for (const { cause, account, lane, targets } of admitted.merged) {
        metrics.merged(account, lane, cause, targets);
        if (cause === "absorbed") metrics.targets(account, lane, "absorbed", targets);
      }
      return;
    case "replayed":
      if (op !== null) metrics.intent(op, "replayed");
      log.info("intent.replayed", { op, producer });
      return;
    case "refused":
    case "mismatch":
    case "running":
    case "full":
    case "backlog":
    case "unavailable":
      if (op !== null) metrics.intent(op, "refused");
      log.warn("intent.refused", { op, producer, code: admitted.kind });
      return;
    default:
      admitted satisfies never;
  }
}

/** A body without a known op is counted nowhere: labels come from the program, never from a caller. */
function opOf(body: unknown): Op | null {
  if (typeof body !== "object" || body === null || !("op" in body)) return null;
  return body.op === "purge" || body.op === "prefetch" ? body.op : null;
}
