import { counted, type Json, showValue } from "@purgeline/core";
import type { Admitted } from "@purgeline/engine";
import { ApiProblem } from "./api-problem.ts";
import { outcomeUnknown, storeAway, storeFull } from "./error-handler.ts";

// How long a backlog takes to shrink depends on quotas: often enough to notice, rarely enough not to matter.
const BACKLOG_RETRY_AFTER_S = "30";
const RUNNING_RETRY_AFTER_S = "1";

/** The response of a taken intent; every other end of admission is thrown as its problem. */
export function answerOf(
  admitted: Admitted,
  key: string | null,
): { readonly response: Json; readonly isReplayed: boolean } {
  switch (admitted.kind) {
    case "accepted":
      return { response: admitted.response, isReplayed: false };
    case "replayed":
      return { response: admitted.response, isReplayed: true };
    case "refused":
      throw refusalOf(admitted, "nothing was enqueued");
    case "mismatch":
      throw aboutKey(
        "idempotency-mismatch",
        key,
        "This Idempotency-Key came with another body before; expected that body, or another key.",
      );
    case "running":
      throw aboutKey(
        "idempotency-running",
        key,
        "A request with this Idempotency-Key has not been answered yet; expected the same again later.",
        { "retry-after": RUNNING_RETRY_AFTER_S },
      );
    case "full":
      throw storeFull();
    case "backlog":
      throw new ApiProblem(
        "backlog",
        `Account ${admitted.account} has ${counted(admitted.pending, "target")} pending and no room for these; nothing was enqueued.`,
        { headers: { "retry-after": BACKLOG_RETRY_AFTER_S } },
      );
    case "unavailable":
      throw admitted.intentId === null
        ? storeAway(admitted.cause)
        : outcomeUnknown(admitted.cause, admitted.intentId);
    default:
      return admitted satisfies never;
  }
}

function aboutKey(
  code: "idempotency-mismatch" | "idempotency-running",
  key: string | null,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): ApiProblem {
  const errors = [{ path: ["headers", "idempotency-key"], code, value: showValue(key), detail }];
  return new ApiProblem(code, detail, { errors, headers });
}

/** Every fault of an intent that cannot be taken, and what follows from that for whoever asked. */
export function refusalOf(
  { why, problems }: Extract<Admitted, { readonly kind: "refused" }>,
  follows: string,
): ApiProblem {
  const count = problems.length === 1 ? "one fault" : `${problems.length} faults`;
  const where = why === "forbidden" ? " outside the token's rights" : "";
  const code = why === "forbidden" ? "forbidden" : "invalid-intent";
  return new ApiProblem(code, `${count}${where}; ${follows}.`, { errors: problems });
}
