import type { IntakeStore } from "@purgeline/core";

/** How much is left to do for an account that is not configured. */
export interface OrphanedWork extends Readonly<Record<string, unknown>> {
  readonly account: string;
  readonly pending: number;
  /** Batches that are sent again, or asked for, when the account is back. */
  readonly batches: number;
}

export async function orphanedWork(store: Pick<IntakeStore, "accounts">): Promise<readonly OrphanedWork[]> {
  const accounts = await store.accounts();
  return accounts
    .filter(({ orphan }) => orphan !== null)
    .map(({ account, lanes }) => ({
      account,
      pending: lanes.reduce((sum, lane) => sum + lane.pending, 0),
      batches: lanes.reduce((sum, lane) => sum + lane.inFlightBatches + lane.runningBatches, 0),
    }));
}
