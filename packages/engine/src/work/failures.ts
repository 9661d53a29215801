import type { Failure, TransportFailed } from "@purgeline/core";

/** The process ends: what has not begun is made later. */
export const STOPPING: Failure = {
  kind: "transient",
  code: "stopping",
  message: "The process ended before the call could be made.",
  requestId: null,
};

/** Tells nothing that the refusal of the other call has not told: its stop stays as it is. */
export const STOPPED: Failure = {
  kind: "auth",
  resign: false,
  code: "stopped",
  message: "The credential was refused to another call before this one could be made.",
  requestId: null,
};

/** Nothing was sent: the batch is somebody else's, and a record of this attempt is refused. */
export const SUPERSEDED: Failure = {
  kind: "transient",
  code: "superseded",
  message: "Another attempt has taken over the batch.",
  requestId: null,
};

/** No reply: what was not sent is not applied; anything else may be. */
export function unreached(error: TransportFailed): Failure {
  const code = error.sent ? "no-answer" : "unreachable";
  return { kind: error.sent ? "ambiguous" : "transient", code, message: error.message, requestId: null };
}

const FAILURES: ReadonlySet<string> = new Set([
  "throttled",
  "quota",
  "transient",
  "ambiguous",
  "poisoned",
  "auth",
  "refused",
] satisfies readonly Failure["kind"][]);

export function isFailure(answer: { readonly kind: string }): answer is Failure {
  return FAILURES.has(answer.kind);
}
