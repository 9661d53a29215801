import { setTimeout as pause } from "node:timers/promises";
import { cpuMeter } from "./cpu-time.ts";

/** How far a run was at one moment, and what it had cost. */
export interface Sample {
  readonly atMs: number;
  readonly done: number;
  readonly cpuMs: number;
}

export interface Steady {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** Processors that were busy with it, on average. */
  readonly cores: number;
}

const EVERY_MS = 100;

export interface Watched {
  readonly total: number;
  readonly done: () => number | Promise<number>;
  /** Everything that has to run for it, but for the provider. */
  readonly pids: readonly number[];
  readonly patienceMs: number;
}

/** Looks until all of it is done. */
export async function watch({ total, done, pids, patienceMs }: Watched): Promise<readonly Sample[]> {
  const startedAt = performance.now();
  const cpuMs = cpuMeter(pids);
  const samples: Sample[] = [];
  for (;;) {
    const sample = { done: await done(), cpuMs: await cpuMs(), atMs: performance.now() };
    samples.push(sample);
    if (sample.done >= total) return samples;
    if (sample.atMs - startedAt > patienceMs)
      throw new Error(`${sample.done} of ${total} are done after ${patienceMs} ms`);
    await pause(EVERY_MS);
  }
}

/** The pace between the first tenth and the last: without the start and the tail. */
export function steadyOf(samples: readonly Sample[], total: number): Steady {
  const from = crossing(samples, total * 0.1);
  const to = crossing(samples, total * 0.9);
  const done = to.done - from.done;
  return {
    perSecond: (done / (to.atMs - from.atMs)) * 1000,
    perCpuSecond: (done / (to.cpuMs - from.cpuMs)) * 1000,
    cores: (to.cpuMs - from.cpuMs) / (to.atMs - from.atMs),
  };
}

/** When so much was done, on the straight line between the two samples around it. */
function crossing(samples: readonly Sample[], done: number): Sample {
  const after = samples.findIndex((sample) => sample.done >= done);
  const to = samples[after];
  if (to === undefined) throw new Error(`it never came to ${done}`);
  const from = samples[after - 1] ?? to;
  const part = to.done === from.done ? 0 : (done - from.done) / (to.done - from.done);
  return {
    done,
    atMs: from.atMs + part * (to.atMs - from.atMs),
    cpuMs: from.cpuMs + part * (to.cpuMs - from.cpuMs),
  };
}
