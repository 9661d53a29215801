import type { Config } from "@purgeline/config";
import type { AccountState } from "@purgeline/core";
import { adoptAccount, intakeOf, storedAccounts } from "@purgeline/engine";
import { providers } from "@purgeline/providers";
import { type Connection, lookForOrphans } from "@purgeline/store";

/** What Redis holds unfinished for accounts that this configuration does not name. Throws `NewerData`. */
export function orphansIn(
  connection: Connection,
  prefix: string,
  config: Config,
): Promise<readonly AccountState[]> {
  const accounts = storedAccounts(intakeOf(config.accounts, providers));
  return lookForOrphans({ connection, prefix, accounts, adopt: adoptAccount });
}
