import { describe, expect, it } from "vitest";
import { accountsYaml } from "./crash-points/accounts.ts";
import type { Side } from "./crash-points/outside.ts";
import type { Scenario } from "./crash-points/scenario.ts";
import { SCENARIOS } from "./crash-points/scenarios.ts";
import { portCalls } from "./crash-points/sites.ts";
import { trial } from "./crash-points/trial.ts";
import { openWorld, type World } from "./crash-points/world.ts";

const SIDES: readonly Side[] = ["before", "after"];
/** Breaches that are worth to be told: each may have hung for long. */
const ENOUGH = 3;
/** `side site` of every crash. */
const crashed = new Set<string>();

/** What came out wrong, by the crash that brought it about. */
async function breaches(world: World, scenario: Scenario): Promise<readonly object[]> {
  // The first one finds a Redis that knows no script and no warm connection, which costs points of its own.
  await trial(world, scenario, null);
  const whole = await trial(world, scenario, null);
  const broken: object[] =
    whole.complaints.length > 0 ? [{ crash: "none", complaints: whole.complaints }] : [];
  const most = whole.submits + (scenario.moreCalls ?? 1);
  for (const at of whole.points) {
    if (broken.length >= ENOUGH) break;
    for (const side of SIDES) {
      const { crashedAt, submits, complaints } = await trial(world, scenario, { at, side });
      if (crashedAt !== null) crashed.add(`${side} ${at.site}`);
      const more = submits > most ? [`${submits} calls, ${whole.submits} without a crash`] : [];
      if (complaints.length + more.length > 0)
        broken.push({ side, at, complaints: [...complaints, ...more] });
    }
  }
  return broken;
}

describe("a process that is killed at any point of its way loses nothing, hangs nothing, and pays for nothing twice that is not counted", () => {
  it.each(SCENARIOS)("$name", async (scenario) => {
    const world = await openWorld(accountsYaml(scenario.accounts));
    try {
      expect(await breaches(world, scenario)).toEqual([]);
    } finally {
      await world.close();
    }
  });
});

it("no line of the engine that asks something of the world was left out", () => {
  const wanted = portCalls().flatMap((site) => SIDES.map((side) => `${side} ${site}`));
  expect(wanted.filter((each) => !crashed.has(each))).toEqual([]);
});
