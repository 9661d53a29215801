import type { StoreAccount, StoreOptions } from "./context.ts";
import { readRoll } from "./roll.ts";

/** An account that has been renamed in the configuration, or removed from it. Nobody works for it; its work is kept. */
export interface Orphan extends StoreAccount {
  /** Its provider's name. */
  readonly provider: string;
}

/** Configurations change by a restart: a process that did not restart itself may learn of it so late. */
const FRESH_MS = 5_000;

export function orphanReader(
  { connection, prefix, adopt }: StoreOptions,
  configured: ReadonlyMap<string, StoreAccount>,
): () => Promise<readonly Orphan[]> {
  if (adopt === undefined) return async () => [];
  let last: { readonly orphans: Promise<readonly Orphan[]>; readonly atMs: number } | null = null;
  const read = async (): Promise<readonly Orphan[]> => {
    const { accounts } = await readRoll(connection, prefix);
    return [...accounts].flatMap(([name, description]) => {
      const orphan = configured.has(name) ? null : adopt(name, description);
      return orphan === null ? [] : [orphan];
    });
  };
  return async () => {
    if (last === null || performance.now() - last.atMs > FRESH_MS)
      last = { orphans: read(), atMs: performance.now() };
    const { orphans } = last;
    try {
      return await orphans;
    } catch (error) {
      last = null;
      throw error;
    }
  };
}
