import type { Process } from "./process.ts";
import { PREFIX, type World } from "./world.ts";

/** A worker sweeps every second; more rarely finds the same, later. */
const SWEEP_EVERY_MS = 10_000;
/** Slots without a job are found after a second, stagings that were cut off after ten: not by the same sweep. */
const FIRST_SWEEP_MS = 2_000;
/** In the test's time: whatever has not ended by then hangs. */
const LONGEST_MS = 1_500_000;
const MOST_JOBS = 2_000;

/** Who runs, whatever dies. */
export interface Shift {
  /** The living process: a new one where the last has died. */
  now(): Process;
  /** Whose work it is. */
  readonly accounts: readonly string[];
  /** Whether the provider is asked for its figures of the quota, too. */
  readonly asksQuota: boolean;
}

/** Runs `step` in the process that lives now, unless it dies over it; whether it came to its end. */
export async function during(process: Process, step: Promise<unknown>): Promise<boolean> {
  await Promise.race([step, process.outside.died]);
  return !process.outside.isDead();
}

/** Runs jobs and sweeps, as workers do, until everything in Redis has ended. */
export async function drive(world: World, shift: Shift): Promise<void> {
  const until = world.nowMs() + LONGEST_MS;
  let sweepAtMs = world.nowMs() + FIRST_SWEEP_MS;
  let jobs = 0;
  const run = async (step: (process: Process) => Promise<unknown>): Promise<void> => {
    const process = shift.now();
    await during(process, step(process));
  };
  for (;;) {
    const slot = world.jobs.next(world.nowMs());
    if (slot !== null) {
      jobs += 1;
      if (jobs > MOST_JOBS) throw new Error("the jobs never end");
      await run((process) => process.work(slot));
      continue;
    }
    if (world.nowMs() >= sweepAtMs) {
      const left = await leftOver(world);
      if (left.length === 0) return;
      if (world.nowMs() > until) throw new Error(`hung: ${left.join(", ")}`);
      for (const account of shift.accounts) {
        await run((process) => process.rescue(account));
        if (shift.asksQuota) await run((process) => process.followQuota(account));
      }
      sweepAtMs = world.nowMs() + SWEEP_EVERY_MS;
    }
    world.advance(Math.max(0, Math.min(sweepAtMs, world.jobs.nextAtMs() ?? sweepAtMs) - world.nowMs()));
  }
}

/** What has no end yet: intents, stagings cut off, calls on record. */
async function leftOver(world: World): Promise<readonly string[]> {
  const names = world.accounts.map(({ settings }) => settings.name);
  const page = await world.store.intentIds({ accounts: names, sinceMs: null, cursor: null, limit: 100 });
  const left: string[] = [];
  for (const id of page.items)
    for (const leg of await world.store.legs(id))
      if (leg.finishedAtMs === null) left.push(`${id} at ${leg.account}`);
  for (const name of names) {
    const unstaged = await world.connection.zrange(`${PREFIX}:{${name}}:unstaged`, "0", "-1");
    const held = await world.connection.hvals(`${PREFIX}:{${name}}:held`);
    left.push(
      ...unstaged.map((leg) => `body of leg ${leg} at ${name}`),
      ...held.map((batch) => `batch ${batch} at ${name}`),
    );
  }
  return left;
}
