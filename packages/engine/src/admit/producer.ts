import type { Caller, Verb } from "@purgeline/core";

/** What a token may do; null where nothing is limited. */
export interface Rights {
  readonly verbs: ReadonlySet<Verb>;
  /** Host patterns; null: every host. */
  readonly hosts: readonly string[] | null;
  /** Account names; null: every account. */
  readonly accounts: readonly string[] | null;
}

/** Who asks, and what they may; `rights` null: everything. */
export interface Producer extends Caller {
  readonly rights: Rights | null;
}
