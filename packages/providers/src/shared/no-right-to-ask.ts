import type { Failure } from "@purgeline/core";

/**
 * To ask, for the quota or for a task's status, is a right of its own, which a key that may purge need not have. As a
 * refused credential it would stop the purges as well; as a refused call it leaves unknown what was asked for, and
 * nothing else.
 */
export function noRightToAsk(failure: Failure, isAboutRights: (code: string) => boolean): Failure {
  const { kind, code, message, requestId } = failure;
  return kind === "auth" && isAboutRights(code) ? { kind: "refused", code, message, requestId } : failure;
}
