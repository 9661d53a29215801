import type { Json, SlotEnd } from "@purgeline/core";
import { type AdmitPorts, admitIntent, isIntentId, newIntentId, type Producer } from "@purgeline/engine";
import type { Logger, Metrics } from "@purgeline/telemetry";

export interface ForeignPorts extends Omit<AdmitPorts, "newId"> {
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Whoever reaches Redis may do everything; as a producer, all of them share one turn. */
const QUEUE: Producer = { name: "queue", rights: null };
const RETRY_MS = 5000;
const SHOWN_PROBLEMS = 20;

/** Admits one payload of the queue `intents`: the body of a POST, and the id that it shall have. */
export async function admitForeign(payload: Json, jobId: string, ports: ForeignPorts): Promise<SlotEnd> {
  const { id, body } = idAndBody(payload, jobId);
  if (id === null)
    return { kind: "failed", reason: "id: expected int_ and 1 to 64 letters, digits, - or _; or no id" };
  const admitted = await admitIntent(body, QUEUE, null, { ...ports, newId: () => id });
  switch (admitted.kind) {
    case "accepted":
      ports.metrics.intent(admitted.plan.head.op, "accepted");
      for (const { account, lane, targets } of admitted.merged)
        ports.metrics.merged(account, lane, "duplicate", targets);
      ports.log.info("intent.accepted", { intentId: id, createdBy: QUEUE.name });
      return { kind: "done", summary: id };
    case "refused": {
      const shown = admitted.problems.slice(0, SHOWN_PROBLEMS);
      ports.log.warn("job.refused", { jobId, problems: admitted.problems.length });
      return {
        kind: "failed",
        reason: shown.map((each) => `/${each.path.join("/")}: ${each.detail}`).join("\n"),
      };
    }
    case "backlog":
    case "unavailable":
      return { kind: "later", delayMs: RETRY_MS };
    case "replayed":
    case "mismatch":
    case "running":
      throw new Error(`worker: ${admitted.kind} without an Idempotency-Key`);
    default:
      return admitted satisfies never;
  }
}

/** Without an id the job's own decides, so that a job that runs twice makes one intent. */
function idAndBody(payload: Json, jobId: string): { readonly id: string | null; readonly body: Json } {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload))
    return { id: newIntentId(), body: payload };
  const { id: given, ...body } = payload as { readonly [key: string]: Json };
  const id = given ?? `int_queue-${jobId.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`.slice(0, 68);
  return { id: typeof id === "string" && isIntentId(id) ? id : null, body };
}
