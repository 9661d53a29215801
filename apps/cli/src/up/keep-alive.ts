import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { endOf, type ProcessEnd } from "./process-end.ts";

/** A process that is started again whenever it ends unasked. */
export interface KeptProcess {
  /** Resolves when starting it again is pointless. */
  readonly gaveUp: Promise<ProcessEnd>;
  /** Sends SIGTERM, after `graceMs` SIGKILL; resolves when it is gone. Safe to call twice. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** One that ran this long has recovered: its next end is a new story. */
const STEADY_MS = 30_000;

/** 0.2, 0.4, 0.8 … 10 s: a crash costs a blink, a crash loop costs little of the machine. */
export function restartInMs(endsInARow: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (endsInARow - 1), LONGEST_PAUSE_MS);
}

export interface Upkeep {
  readonly launch: () => ChildProcess;
  /** Whether this end says that the next start would end the same way. */
  readonly isFinal: (end: ProcessEnd) => boolean;
  readonly onRestart: (end: ProcessEnd, inMs: number) => void;
}

export function keepAlive({ launch, isFinal, onRestart }: Upkeep): KeptProcess {
  const stopping = new AbortController();
  const gaveUp = Promise.withResolvers<ProcessEnd>();
  let child = launch();

  const keep = async (): Promise<void> => {
    for (let endsInARow = 1; ; endsInARow += 1) {
      const startedAt = performance.now();
      const end = await endOf(child);
      if (stopping.signal.aborted) return;
      if (isFinal(end)) return gaveUp.resolve(end);
      if (performance.now() - startedAt >= STEADY_MS) endsInARow = 1;
      const inMs = restartInMs(endsInARow);
      onRestart(end, inMs);
      await pause(inMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      child = launch();
    }
  };
  const kept = keep();

  return {
    gaveUp: gaveUp.promise,
    async stop(graceMs) {
      stopping.abort();
      child.kill("SIGTERM");
      const tooLate = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await kept.finally(() => clearTimeout(tooLate));
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
