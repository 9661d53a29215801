import { setTimeout as pause } from "node:timers/promises";
import { seededChance } from "./chance.ts";
import { FAULTS, type Fault } from "./faults.ts";
import type { Verdict } from "./judge.ts";
import type { Strike } from "./producer-ledger.ts";
import { underLoad } from "./under-load.ts";
import { openWorld, type World } from "./world.ts";

export interface CampaignPlan {
  readonly seed: number;
  /** No new fault strikes after this long. */
  readonly seconds: number;
  /** So many processes are killed at least, spread over the time. */
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
    return await underLoad(world, { ...plan, directories: true }, async () => {
      const struck = await strikeAll(plan, world);
      plan.say("no more faults: waiting for every accepted intent");
      return struck;
    });
  } finally {
    await world.close();
  }
}

interface Struck {
  readonly strikes: readonly Strike[];
  readonly kills: number;
}

/** Faults of the provider strike beside those of the service: a worker may die while its calls are refused. */
async function strikeAll(plan: CampaignPlan, world: World): Promise<Struck> {
  const sides = (["service", "provider"] as const).map((side) => plan.faults.filter((f) => f.side === side));
  const struck = await Promise.all(
    sides.flatMap(([first, ...rest], index) =>
      first === undefined ? [] : [strikeOneByOne(plan, [first, ...rest], plan.seed + 10 * index, world)],
    ),
  );
  return {
    strikes: struck.flatMap(({ strikes }) => strikes).sort((a, b) => a.atMs - b.atMs),
    kills: struck.reduce((sum, { kills }) => sum + kills, 0),
  };
}

async function strikeOneByOne(
  plan: CampaignPlan,
  faults: CampaignPlan["faults"],
  seed: number,
  world: World,
): Promise<Struck> {
  const chance = seededChance(seed);
  const [firstKiller, ...killers] = faults.filter((fault) => fault.kills > 0);
  const strikes: Strike[] = [];
  let kills = 0;
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / (plan.seconds * 1000);
  for (let round = 0; elapsed() < 1 || (firstKiller !== undefined && kills < plan.kills); round += 1) {
    await pause(chance.between(0, plan.restMs));
    const isBehind = firstKiller !== undefined && kills < plan.kills * elapsed();
    const fault = faults[round] ?? chance.one(isBehind ? [firstKiller, ...killers] : faults);
    strikes.push({ fault: fault.name, side: fault.side, atMs: Date.now() });
    plan.say(fault.name);
    await fault.strike(world, chance);
    kills += fault.kills;
  }
  return { strikes, kills };
}
