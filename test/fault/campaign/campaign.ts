import { setTimeout as pause } from "node:timers/promises";
import { seededChance } from "./chance.ts";
import { FAULTS, type Fault } from "./faults.ts";
import type { Verdict } from "./judge.ts";
import type { Strike } from "./producer-ledger.ts";
import { underLoad } from "./under-load.ts";
import { openWorld } from "./world.ts";

export interface CampaignPlan {
  readonly seed: number;
  /** No new fault strikes after this long. */
  readonly seconds: number;
  /** At least so many processes are killed, however long it takes. */
  readonly kills: number;
  /** Those that strike; each at least once where the time allows. */
  readonly faults: readonly [Fault, ...Fault[]];
  /** Between two faults, at most. */
  readonly restMs: number;
  readonly producers: number;
  say(line: string): void;
}

export interface Campaign {
  readonly verdict: Verdict;
  readonly strikes: readonly Strike[];
  readonly kills: number;
}

export const EVERY_FAULT: CampaignPlan["faults"] = FAULTS;

export async function runCampaign(plan: CampaignPlan): Promise<Campaign> {
  const world = await openWorld();
  try {
    return await underLoad(world, plan, async () => {
      const struck = await strikeAll(plan, world);
      plan.say("no more faults: waiting for every accepted intent");
      return struck;
    });
  } finally {
    await world.close();
  }
}

async function strikeAll(
  plan: CampaignPlan,
  world: Parameters<Fault["strike"]>[0],
): Promise<{ readonly strikes: readonly Strike[]; readonly kills: number }> {
  const chance = seededChance(plan.seed);
  const strikes: Strike[] = [];
  let kills = 0;
  const until = performance.now() + plan.seconds * 1000;
  for (let round = 0; performance.now() < until || kills < plan.kills; round += 1) {
    await pause(chance.between(0, plan.restMs));
    const fault = plan.faults[round] ?? chance.one(plan.faults);
    strikes.push({ fault: fault.name, atMs: Date.now() });
    plan.say(`${strikes.length}: ${fault.name}`);
    await fault.strike(world, chance);
    kills += fault.kills;
  }
  return { strikes, kills };
}
