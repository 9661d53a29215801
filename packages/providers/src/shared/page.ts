import type { AccountSettings, Lane } from "@purgeline/core";

/** What a provider's page in docs/providers says beside the numbers, which come from its table. Texts are Markdown. */
export interface ProviderPage {
  readonly title: string;
  readonly text: string;
  /** One for each API that an account can choose: their tables differ. */
  readonly accounts: readonly [PageAccount, ...PageAccount[]];
  /** Words that `area` may have on some lane; absent: none. */
  readonly areas?: readonly string[];
  /** What each of the `ownSettings` is. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The short names that the tables give to sources. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** A kind of account, by example. */
export interface PageAccount {
  /** A heading; of a single account it is not shown. */
  readonly title: string;
  readonly text?: string;
  readonly settings: Partial<Pick<AccountSettings, "region" | "projectId" | "signature" | "own">>;
  readonly options?: readonly PageOption[];
}

/** One of the provider's own options, as an intent gives it. */
export interface PageOption {
  readonly name: string;
  readonly lanes: readonly Lane[];
  /** What it takes, for people. */
  readonly expected: string;
}
