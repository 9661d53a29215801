import type { AccountState } from "@purgeline/core";
import { createContext, type StoreOptions } from "./context.ts";
import { readOrphan } from "./intake/account-state.ts";
import { readRoll } from "./roll.ts";
import { checkSchema } from "./schema.ts";

/** Accounts with unfinished work that none of `accounts` names, for whoever only looks. Throws `NewerData`. */
export async function lookForOrphans(
  look: Pick<StoreOptions, "connection" | "prefix" | "accounts" | "adopt">,
): Promise<readonly AccountState[]> {
  const { schema } = await readRoll(look.connection, look.prefix);
  if (schema !== null) checkSchema(schema, look.prefix);
  const context = createContext({ ...look, intentsMs: 0, idempotencyKeysMs: 0, maxPendingTargets: 0 });
  const states = (await context.orphans()).map((orphan) => readOrphan(context, orphan));
  return (await Promise.all(states)).filter((state) => state !== null);
}
