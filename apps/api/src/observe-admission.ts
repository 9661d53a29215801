import type { Op } from "@purgeline/core";
import { type Admitted, plansOf } from "@purgeline/engine";
import { type Logger, type Metrics, tellAccepted } from "@purgeline/telemetry";

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
      tellAccepted(plansOf(admitted), admitted.merged, { producer }, { log, metrics });
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
