import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountsYaml } from "./crash-points/accounts.ts";
import { PHASES, type Repurged, repurgedEverywhere, type Trouble } from "./crash-points/repurge.ts";
import { openWorld, type World } from "./crash-points/world.ts";

const CALL = "RefreshObjectCaches";
/** A way that goes well knows no retry: these two lead there, by a refusal and by an answer that nobody hears. */
const TROUBLES: readonly Trouble[] = [
  () => undefined,
  ({ faults }) => faults.add({ kind: "throttle", call: CALL, times: 1 }),
  ({ faults }) => faults.add({ kind: "drop-reply", call: CALL, times: 1 }),
];

let world: World;
const found: Repurged[] = [];
beforeAll(async () => {
  world = await openWorld(accountsYaml(["ali"]));
  for (const trouble of TROUBLES) found.push(...(await repurgedEverywhere(world, trouble)));
});
afterAll(() => world.close());

describe("a target that is purged again while it", () => {
  const [unsealed, ...sealed] = PHASES;

  it(`${unsealed} is not sent once more: that call begins after both`, () => {
    expectKept(unsealed);
  });

  it.each(sealed)("%s is sent exactly once more, by a call that begins after it", (phase) => {
    expectKept(phase);
  });
});

function expectKept(phase: Repurged["phase"]): void {
  const here = found.filter((each) => each.phase === phase);
  expect(here).not.toEqual([]);
  expect(here.filter(({ complaints }) => complaints.length > 0)).toEqual([]);
}
