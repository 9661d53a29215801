import type { Failure, QuotaClass, Refusal } from "@purgeline/core";

/**
 * What a code means for us. `domains`: they are throttled, not the call. `resign`: an auth failure that
 * a fresh clock and nonce may cure. `moved`: to EdgeOne.
 */
export type ErrorClass =
  | "throttled"
  | "domains"
  | "quota"
  | "transient"
  | "ambiguous"
  | "poisoned"
  | "auth"
  | "resign"
  | "moved"
  | "refused";

/** What to do about it cannot be done here, so whoever reads the failure is told. */
const MOVED =
  "the account is moved, or being moved, to Tencent Cloud EdgeOne, and this API serves it no longer: purge in the EdgeOne console or with its API (CreatePurgeTask of the service teo), and take the account out of the configuration";

/** The failure of one class; a submit names the quota class that its lane spends, a query none. */
export function failureOf(errorClass: ErrorClass, refusal: Refusal, spends: QuotaClass | null): Failure {
  switch (errorClass) {
    case "throttled":
      // Neither API sends Retry-After; the call's own slowing down decides.
      return { kind: "throttled", scope: "call", retryAfterMs: null, ...refusal };
    case "domains":
      return { kind: "throttled", scope: "domains", retryAfterMs: null, ...refusal };
    case "quota":
      return { kind: "quota", class: spends, doubtful: false, ...refusal };
    case "auth":
      return { kind: "auth", resign: false, ...refusal };
    case "resign":
      return { kind: "auth", resign: true, ...refusal };
    case "moved":
      return {
        kind: "refused",
        ...refusal,
        message: refusal.message === "" ? MOVED : `${refusal.message} (${MOVED})`,
      };
    case "transient":
    case "ambiguous":
    case "poisoned":
    case "refused":
      return { kind: errorClass, ...refusal };
    default:
      return errorClass satisfies never;
  }
}
