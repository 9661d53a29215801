import { setTimeout as pause } from "node:timers/promises";
import type { LedgerFile } from "./ledger-file.ts";
import type { ProducerEntry } from "./producer-ledger.ts";

export interface Attempt {
  readonly number: number;
  /** How long the service may wait for the end, s. */
  readonly waitS: number;
}

export interface WatchedEnds {
  add(id: string): void;
  /** Resolves when all that were added have ended, or when none has for `patienceMs`: those left hang. */
  finish(patienceMs: number): Promise<void>;
}

/** So many are waited for at the service, so that their ends are known at once. */
const CLOSELY = 24;
/** The others are asked for by turns, some 100 a second: thousands of waiting requests would be a fault of their own. */
const BY_TURNS = 10;
const TURN_MS = 100;

/** Writes down the end of each intent that is added. `endOf` tells it; null: not yet, or nobody answers. */
export function watchEnds(
  endOf: (id: string, attempt: Attempt) => Promise<string | null>,
  ledger: LedgerFile<ProducerEntry>,
): WatchedEnds {
  const later: string[] = [];
  const over = new AbortController();
  let closely = 0;
  let left = 0;
  let lastEndAt = 0;
  let attempts = 0;

  async function look(id: string, waitS: number): Promise<void> {
    attempts += 1;
    const state = await endOf(id, { number: attempts, waitS });
    const atMs = Date.now();
    if (state === null) return void later.push(id);
    left -= 1;
    lastEndAt = performance.now();
    ledger.append(state === "unknown" ? { entry: "unknown", id, atMs } : { entry: "ended", id, state, atMs });
  }

  async function takeTurns(): Promise<void> {
    while (!over.signal.aborted) {
      const id = later.shift();
      if (id !== undefined) await look(id, 0);
      await pause(TURN_MS);
    }
  }

  const turns = Array.from({ length: BY_TURNS }, takeTurns);
  return {
    add(id) {
      left += 1;
      if (closely >= CLOSELY) return void later.push(id);
      closely += 1;
      void look(id, 4).finally(() => {
        closely -= 1;
      });
    },
    async finish(patienceMs) {
      lastEndAt = performance.now();
      while (left > 0 && performance.now() < lastEndAt + patienceMs) await pause(TURN_MS);
      over.abort();
      await Promise.all(turns);
    },
  };
}
