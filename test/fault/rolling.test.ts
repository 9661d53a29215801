import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { breachesOf } from "./campaign/judge.ts";
import { type Ledgers, underLoad } from "./campaign/under-load.ts";
import { type Ending, openFleet } from "./rolling/fleet.ts";
import { previousProgram } from "./rolling/previous-program.ts";

const MAIN = fileURLToPath(import.meta.resolve("@purgeline/cli/main"));
/** An orchestrator's patience: then it kills. */
const GRACE_MS = 30_000;
/** Intents that end between two steps: the work of either version meets the other's. */
const ENDS_A_STEP = 6;
const STEP_MS = 120_000;

/** Until some more intents have ended. */
async function goOn(ledgers: Ledgers): Promise<void> {
  const ends = (): number => ledgers.producers().filter(({ entry }) => entry === "ended").length;
  const enough = ends() + ENDS_A_STEP;
  await vi.waitFor(() => expect(ends()).toBeGreaterThanOrEqual(enough), { timeout: STEP_MS, interval: 100 });
}

it("the version before and this one take over from each other under load, forth and back, and nothing is lost", {
  timeout: 600_000,
}, async (run) => {
  const previous = previousProgram();
  if (previous.kind === "missing") return run.skip(previous.why);
  const fleet = await openFleet([previous.main, MAIN]);
  try {
    const endings: Ending[] = [];
    const { verdict } = await underLoad(fleet, { seed: 5, producers: 3 }, async (ledgers) => {
      await fleet.old.start();
      await goOn(ledgers);
      await fleet.new.start();
      await goOn(ledgers);
      endings.push(...(await fleet.old.stop()));
      await goOn(ledgers);
      await fleet.old.start();
      await goOn(ledgers);
      endings.push(...(await fleet.new.stop()));
      await goOn(ledgers);
      return { strikes: [] };
    });
    endings.push(...(await fleet.old.stop()));
    expect(breachesOf(verdict)).toEqual([]);
    const asAsked = ["api", "worker"].map((role) => ({ role, code: 0, isInTime: true }));
    const told = endings.map(({ role, code, ms }) => ({ role, code, isInTime: ms < GRACE_MS }));
    expect(told).toEqual([...asAsked, ...asAsked, ...asAsked]);
  } finally {
    await fleet.close();
    previous.remove();
  }
});
