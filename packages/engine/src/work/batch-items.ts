import type { WorkStore } from "@purgeline/core";

/** The targets of batches that are being polled. */
export interface BatchItems {
  /** null: the batch has ended. */
  of(account: string, batch: string): Promise<readonly string[] | null>;
}

/** A task of 1,000 URLs is read page by page: its batch's items are fetched once, not once a page. */
const KEPT = 64;

/** Remembers the batches asked for last; what a batch holds never changes. */
export function rememberItems(store: WorkStore): BatchItems {
  const kept = new Map<string, readonly string[]>();
  return {
    async of(account, batch) {
      const known = kept.get(batch);
      if (known !== undefined) return known;
      const items = await store.items(account, batch);
      if (items === null) return null;
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value ?? "");
      kept.set(batch, items);
      return items;
    },
  };
}
