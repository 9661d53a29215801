import type { ChangedTargets, IntakeStore, LegView } from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { weightOf } from "../memory.ts";
import { slotPairs } from "../slots.ts";
import { asUnavailable } from "../unavailable.ts";
import { lanesOf, readAccount } from "./account-state.ts";
import { cancelLeg, retryLeg } from "./change.ts";
import type { Changes } from "./changes.ts";
import { hint } from "./hint.ts";
import { idempotencyStore } from "./idempotency.ts";
import { intentIds } from "./intents.ts";
import { readLeg } from "./legs.ts";
import { stage } from "./stage.ts";
import { targetsPage } from "./targets.ts";

export function intakeStore(context: Context, changes: Changes): IntakeStore {
  const names = context.accounts.map(({ name }) => name);
  const legs = async (intentId: string): Promise<readonly LegView[]> => {
    const found = await Promise.all(names.map((account) => readLeg(context, account, intentId)));
    return found.filter((leg) => leg !== null);
  };
  return {
    stage: (head, leg, body) => stage(context, head, leg, body),
    hasRoom: (legs) => context.memory.fits(weightOf(legs)),
    async memory() {
      const wasReady = context.connection.status === "ready";
      return await context.memory.read().catch((error: unknown) => {
        throw asUnavailable(error, wasReady);
      });
    },
    async staged(account, intentId) {
      await context.run(script("staged"), account, intentId);
    },
    legs,
    targets: (intentId, filter) => targetsPage(context, names, intentId, filter),
    intentIds: (filter) => intentIds(context, filter),
    async cancel(intentId) {
      return sumOf(await Promise.all(names.map((account) => cancelLeg(context, account, intentId))));
    },
    async retry(intentId) {
      const found = await legs(intentId);
      return sumOf(await Promise.all(found.map((leg) => retryLeg(context, leg.account, leg.head))));
    },
    accounts: () => Promise.all(context.accounts.map((account) => readAccount(context, account))),
    async pause(account) {
      await context.run(script("pause"), account);
    },
    async resume(name) {
      const account = context.account(name);
      const reply = await context.run(
        script("resume"),
        name,
        lanesOf(account.limits).join(","),
        account.polls.join(","),
      );
      return slotPairs(name, reply, "resume");
    },
    hint: (account, taskIds) => hint(context, account, taskIds),
    changed: (intentId, timeoutMs) => changes.next(intentId, timeoutMs),
    idempotency: idempotencyStore(context),
    async ping() {
      const wasReady = context.connection.status === "ready";
      try {
        // A write: a replica or a full Redis answers reads.
        await context.connection.set(`${context.prefix}:ready`, "1", "PX", 60_000);
      } catch (error) {
        throw asUnavailable(error, wasReady);
      }
    },
  };
}

function sumOf(changes: readonly ChangedTargets[]): ChangedTargets {
  return {
    targets: changes.reduce((sum, { targets }) => sum + targets, 0),
    slots: changes.flatMap(({ slots }) => slots),
  };
}
