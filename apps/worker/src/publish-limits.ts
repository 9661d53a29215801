import { createHash } from "node:crypto";
import { type Json, type Limits, stableJson, type WorkStore } from "@purgeline/core";
import type { Intake } from "@purgeline/engine";
import type { Logger } from "@purgeline/telemetry";
import { systemClock } from "./system-clock.ts";

const RETRY_MS = 1000;

/** Puts the configuration's limits in force, unless newer ones are; waits for Redis as long as it takes. */
export async function publishLimits(
  store: WorkStore,
  intake: Intake,
  { configuredAtMs, log, signal }: { configuredAtMs: number; log: Logger; signal: AbortSignal },
): Promise<void> {
  for (const { name, limits } of intake.accounts) {
    while (!signal.aborted) {
      try {
        await store.publish(name, limits, { atMs: configuredAtMs, digest: digestOf(limits) });
        break;
      } catch (error) {
        log.warn("redis.lost", { error });
        await systemClock.sleep(RETRY_MS, signal);
      }
    }
  }
}

function digestOf(limits: Limits): string {
  return createHash("sha256")
    .update(stableJson(limits as unknown as Json))
    .digest("base64url");
}
