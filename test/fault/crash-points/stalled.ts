import { drive } from "./drive.ts";
import type { Point, Side } from "./outside.ts";
import { type Process, startProcess } from "./process.ts";
import type { World } from "./world.ts";

/** A process that has stood still at one point, and does not know that the world went on. */
export interface Stalled {
  readonly process: Process;
  /** It goes on from there; resolves when it has come to the end of its job. */
  wake(): Promise<void>;
}

/** Longer than an attempt's lease (the call's time-out of 10 s, and 20 s), and than a claimed task's of 30 s. */
const BEYOND_ITS_LEASE_MS = 31_000;

/** Runs the jobs that are ready until one of them comes to this point, and leaves it there. */
export async function stalledAt(world: World, name: string, verb: string): Promise<Stalled> {
  const reached = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  let isStalled = false;
  const process = startProcess(world, async (point: Point, side: Side) => {
    if (isStalled || point.verb !== verb || point.name !== name || side !== "before") return;
    isStalled = true;
    reached.resolve();
    await woken.promise;
  });
  for (;;) {
    const slot = world.jobs.next(world.nowMs());
    if (slot === null) {
      const at = world.jobs.nextAtMs();
      if (at === null) throw new Error(`nothing came to ${name}`);
      world.advance(at - world.nowMs());
      continue;
    }
    const working = process.work(slot);
    await Promise.race([working, reached.promise]);
    if (!isStalled) continue;
    return {
      process,
      async wake() {
        woken.resolve();
        await working;
      },
    };
  }
}

/** A successor's way; `at` is done once, when it comes to that point. */
export async function succeeded(
  world: World,
  at: { readonly name: string; readonly side: Side; readonly act: () => Promise<unknown> } | null,
): Promise<void> {
  let isDone = at === null;
  const process = startProcess(world, async ({ name }, side) => {
    if (isDone || at === null || name !== at.name || side !== at.side) return;
    isDone = true;
    await at.act();
  });
  // BullMQ brings the stalled job back to somebody else.
  world.jobs.processDied("back", world.nowMs());
  world.advance(BEYOND_ITS_LEASE_MS);
  await drive(world, { now: () => process, accounts: ["ali"], asksQuota: false });
  if (!isDone) throw new Error(`the successor did not come to ${at?.name}`);
}
