import type { ReopenPorts } from "@purgeline/engine";
import type { ApiDeps } from "./api-deps.ts";

/** The engine's ports, with failures that rescue makes up for in the log. */
export function admissionPorts({ store, queue, log }: ApiDeps): ReopenPorts {
  return {
    store,
    queue,
    onSetback: (step, subject, error) =>
      log.warn("job.failed", {
        step,
        ...(subject.startsWith("int_") ? { intentId: subject } : { account: subject }),
        error,
      }),
  };
}
