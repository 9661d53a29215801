import { createHash } from "node:crypto";
import { type IntakeStore, type Json, stableJson, type WorkStore } from "@purgeline/core";
import type { Intake } from "@purgeline/engine";
import type { Logger } from "@purgeline/telemetry";

/**
 * Staging reads an account's limits in Redis, and no worker may have put them there yet. So the
 * first staging of each account waits for them to be published, and fails as staging does
 * when Redis is away.
 */
export function withPublishedLimits(
  store: IntakeStore,
  publish: WorkStore["publish"],
  intake: Intake,
  configuredAtMs: number,
  log: Logger,
): IntakeStore {
  const published = new Set<string>();
  const ensure = async (name: string): Promise<void> => {
    const account = intake.accounts.find((one) => one.name === name);
    if (account === undefined || published.has(name)) return;
    const { limits } = account;
    const digest = createHash("sha256")
      .update(stableJson(limits as unknown as Json))
      .digest("base64url");
    const isInForce = await publish(name, limits, { atMs: configuredAtMs, digest });
    if (!isInForce) log.warn("limits.differ", { account: name });
    published.add(name);
  };
  return {
    ...store,
    async stage(head, leg, body) {
      await ensure(leg.account);
      return await store.stage(head, leg, body);
    },
  };
}
