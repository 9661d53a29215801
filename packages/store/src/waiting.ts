import type { Waiting, WaitReason } from "@purgeline/core";

/** A lane's own word. The purge that a prefetch waits for ends when it ends: its lane only looks again then. */
export function laneWait(reason: string, untilMs: number | null): Waiting {
  return { reason: reason as WaitReason, untilMs: reason === "order" ? null : untilMs };
}
