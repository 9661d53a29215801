import type { ChangedTargets, IntakeStore, LegView } from "@purgeline/core";
import { type Context, type StoreAccount, script } from "../context.ts";
import { weightOf } from "../memory.ts";
import { slotPairs } from "../slots.ts";
import { asUnavailable } from "../unavailable.ts";
import { lanesOf, readAccount, readOrphan } from "./account-state.ts";
import { cancelLeg, retryLeg } from "./change.ts";
import type { Changes } from "./changes.ts";
import { heavyChunks } from "./heavy-chunks.ts";
import { hint } from "./hint.ts";
import { idempotencyStore } from "./idempotency.ts";
import { intentIds } from "./intents.ts";
import { readLeg } from "./legs.ts";
import { stage } from "./stage.ts";
import { targetsPage } from "./targets.ts";

export function intakeStore(context: Context, changes: Changes): IntakeStore {
  const inTurn = heavyChunks();
  const everyone = async (): Promise<readonly StoreAccount[]> => [
    ...context.accounts,
    ...(await context.orphans()),
  ];
  const known = async (): Promise<readonly string[]> => (await everyone()).map(({ name }) => name);
  const legs = async (intentId: string): Promise<readonly LegView[]> => {
    const accounts = await everyone();
    const found = await Promise.all(accounts.map(({ name }) => readLeg(context, name, intentId)));
    return found
      .filter((leg) => leg !== null)
      .map((leg) => (isConfigured(leg.account) ? leg : orphaned(leg)));
  };
  const isConfigured = (name: string): boolean => context.byName.has(name);
  /** Nobody runs the jobs of an orphan: when it is back, the sweep finds its slots. */
  const runnable = ({ targets, slots }: ChangedTargets): ChangedTargets => ({
    targets,
    slots: slots.filter(({ account }) => isConfigured(account)),
  });
  return {
    // Its chunks may wait for their turn.
    stage: (head, leg, body) =>
      context.memory.during(weightOf([leg]), () => stage(context, head, leg, body, inTurn)),
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
    targets: async (intentId, filter) => targetsPage(context, await known(), intentId, filter),
    known,
    intentIds: (filter) => intentIds(context, filter),
    async cancel(intentId) {
      const accounts = await everyone();
      return runnable(sumOf(await Promise.all(accounts.map((each) => cancelLeg(context, each, intentId)))));
    },
    async retry(intentId) {
      const [found, accounts] = [await legs(intentId), await everyone()];
      const retried = found.flatMap(({ account, head }) =>
        accounts.filter(({ name }) => name === account).map((each) => retryLeg(context, each, head)),
      );
      return runnable(sumOf(await Promise.all(retried)));
    },
    async accounts() {
      const orphans = await context.orphans();
      const states = await Promise.all([
        ...context.accounts.map((account) => readAccount(context, account)),
        ...orphans.map((orphan) => readOrphan(context, orphan)),
      ]);
      return states.filter((state) => state !== null);
    },
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

/** Whatever its lanes waited for last, it is its return to the configuration now. */
function orphaned(leg: LegView): LegView {
  const why = { reason: "orphaned", untilMs: null } as const;
  return { ...leg, waiting: leg.waiting.map((each) => ({ ...each, why })) };
}

function sumOf(changes: readonly ChangedTargets[]): ChangedTargets {
  return {
    targets: changes.reduce((sum, { targets }) => sum + targets, 0),
    slots: changes.flatMap(({ slots }) => slots),
  };
}
