import type { WorkStore } from "@purgeline/core";

/** The targets of batches that are being polled. */
export interface BatchItems {
  /** null: the batch has ended. */
  of(account: string, batch: string): Promise<readonly string[] | null>;
}

export interface KeptItems extends BatchItems {
  /** What the provider took is asked for soon. */
  keep(batch: string, items: readonly string[]): void;
}

/**
 * Some 20 MB of URLs: four seconds of the fastest account, 50 calls of 1,000 a second. What is asked for later than
 * that is fetched, once for all pages of its tasks.
 */
const KEPT_TARGETS = 200_000;

/** Remembers the newest batches; what a batch holds never changes. */
export function rememberItems(store: WorkStore): KeptItems {
  const kept = new Map<string, readonly string[]>();
  let targets = 0;
  function keep(batch: string, items: readonly string[]): void {
    targets += items.length - (kept.get(batch)?.length ?? 0);
    kept.set(batch, items);
    for (const [oldest, { length }] of kept) {
      if (targets <= KEPT_TARGETS) return;
      kept.delete(oldest);
      targets -= length;
    }
  }
  return {
    async of(account, batch) {
      const known = kept.get(batch);
      if (known !== undefined) return known;
      const items = await store.items(account, batch);
      if (items !== null) keep(batch, items);
      return items;
    },
    keep,
  };
}
