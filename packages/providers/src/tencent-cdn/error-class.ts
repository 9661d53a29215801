import type { Failure, QuotaClass, Refusal } from "@purgeline/core";

/** What a code means for us. `resign`: an auth failure that a fresh clock and nonce may cure. */
export type ErrorClass =
  | "throttled"
  | "quota"
  | "transient"
  | "ambiguous"
  | "poisoned"
  | "auth"
  | "resign"
  | "refused";

/** The failure of one class; a submit names the quota class that its lane spends, a query none. */
export function failureOf(errorClass: ErrorClass, refusal: Refusal, spends: QuotaClass | null): Failure {
  switch (errorClass) {
    case "throttled":
      // Neither API sends Retry-After; the call's own slowing down decides.
      return { kind: "throttled", scope: "call", retryAfterMs: null, ...refusal };
    case "quota":
      return { kind: "quota", class: spends, doubtful: false, ...refusal };
    case "auth":
      return { kind: "auth", resign: false, ...refusal };
    case "resign":
      return { kind: "auth", resign: true, ...refusal };
    case "transient":
    case "ambiguous":
    case "poisoned":
    case "refused":
      return { kind: errorClass, ...refusal };
    default:
      return errorClass satisfies never;
  }
}
