import {
  type Account,
  anyHostMatches,
  effectiveLimits,
  type Limits,
  type Provider,
  type ProviderCatalog,
} from "@purgeline/core";

/** An account with what admission asks of it again and again. */
export interface IntakeAccount {
  readonly name: string;
  readonly account: Account;
  readonly provider: Provider;
  readonly limits: Limits;
}

/** Where intents can go: made once from the configuration. */
export interface Intake {
  readonly accounts: readonly IntakeAccount[];
  /** Every provider that this program knows: an option block may name one that has no account. */
  readonly providers: readonly string[];
}

export function intakeOf(accounts: readonly Account[], catalog: ProviderCatalog): Intake {
  return {
    providers: [...catalog.keys()],
    accounts: accounts.map((account) => {
      const { settings, overrides } = account;
      const provider = catalog.get(settings.provider);
      if (provider === undefined) throw new Error(`admit: account ${settings.name} has an unknown provider`);
      const limits = effectiveLimits(provider.table(settings), overrides);
      return { name: settings.name, account, provider, limits };
    }),
  };
}

export function serves(account: IntakeAccount, host: string): boolean {
  return anyHostMatches(account.account.hosts, host);
}
