import { createHash } from "node:crypto";
import type { Json, SlotEnd } from "@purgeline/core";
import { type AdmitPorts, admitIntent, isIntentId, type Producer, plansOf } from "@purgeline/engine";
import type { ForeignJob } from "@purgeline/queue";
import { type Logger, type Metrics, tellAccepted } from "@purgeline/telemetry";

export interface ForeignPorts extends Omit<AdmitPorts, "newId"> {
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Whoever reaches Redis may do everything; as a producer, all of them share one turn. No token can
 * have this name, so none sees or changes their intents by it.
 */
const QUEUE: Producer = { name: "queue:intents", rights: null };
const RETRY_MS = 5000;
const SHOWN_PROBLEMS = 20;

/** Admits one payload of the queue `intents`: the body of a POST, and the id that it shall have. */
export async function admitForeign(payload: Json, job: ForeignJob, ports: ForeignPorts): Promise<SlotEnd> {
  const { id, body } = idAndBody(payload, job);
  if (id === null)
    return refused(job, ["/id: expected int_ and 1 to 64 letters, digits, - or _; or no id"], body, ports);
  // The id is the key, too: one that comes again with another body must not vanish in the first one's intent.
  const admitted = await admitIntent(body, QUEUE, id, { ...ports, newId: () => id });
  switch (admitted.kind) {
    case "accepted":
      tellAccepted(plansOf(admitted), admitted.merged, { producer: QUEUE.name, jobId: job.id }, ports);
      return { kind: "done", summary: admitted.plan.head.id };
    case "replayed":
      return { kind: "done", summary: id };
    case "refused": {
      const faults = admitted.problems.map((each) => `/${each.path.join("/")}: ${each.detail}`);
      return refused(job, faults, body, ports);
    }
    case "mismatch":
      return refused(job, [`/id: ${id} came with another body before`], body, ports);
    case "running":
    case "full":
    case "backlog":
    case "unavailable":
      return { kind: "later", delayMs: RETRY_MS };
    default:
      return admitted satisfies never;
  }
}

/** Without an id the job decides: one that runs twice makes one intent, and a job id used again another one. */
function idAndBody(payload: Json, job: ForeignJob): { readonly id: string | null; readonly body: Json } {
  const ofJob = `int_queue-${digestOf(job).slice(0, 32)}`;
  if (typeof payload !== "object" || payload === null || Array.isArray(payload))
    return { id: ofJob, body: payload };
  const { id: given = ofJob, ...body } = payload as { readonly [key: string]: Json };
  return { id: typeof given === "string" && isIntentId(given) ? given : null, body };
}

/** A job's id may hold any character, and may be used again once the job is removed. */
function digestOf({ id, addedAtMs }: ForeignJob): string {
  return createHash("sha256").update(`${addedAtMs} ${id}`).digest("hex");
}

function refused(
  job: ForeignJob,
  faults: readonly string[],
  body: Json,
  { log, metrics }: ForeignPorts,
): SlotEnd {
  const op = typeof body === "object" && body !== null && "op" in body ? body.op : null;
  if (op === "purge" || op === "prefetch") metrics.intent(op, "refused");
  log.warn("job.refused", { jobId: job.id, problems: faults.length });
  const more = faults.length - SHOWN_PROBLEMS;
  const shown = [...faults.slice(0, SHOWN_PROBLEMS), ...(more > 0 ? [`and ${more} more`] : [])];
  return { kind: "failed", reason: shown.join("\n") };
}
