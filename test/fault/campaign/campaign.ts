import { setTimeout as pause } from "node:timers/promises";
import { seededChance } from "./chance.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { judge, type Verdict } from "./judge.ts";
import { openLedgerFile, readLedgerFile } from "./ledger-file.ts";
import type { ProducerEntry, ProviderCall, Strike } from "./producer-ledger.ts";
import { startProducers } from "./producers.ts";
import { ACCOUNTS, openWorld } from "./world.ts";

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

/** URLs repeat, so that purges of one page meet under way. */
const PAGES = 2_000;
const MOST_URLS = 200;
/** What a killed worker leaves behind is picked up within 21 s; three of these in a row still fit. */
const PATIENCE_MS = 180_000;
/** Long enough to tell a prefetch that waited for its purge from one that did not. */
const COMPLETE_MS = 300;
/** The default of both providers is 50 and 20; kept at the door whatever happens inside. */
const LIMITS = [
  { account: "ali", call: "RefreshObjectCaches", perSecond: 50 },
  { account: "tc", call: "PurgeUrlsCache", perSecond: 20 },
];

export async function runCampaign(plan: CampaignPlan): Promise<Campaign> {
  const world = await openWorld();
  try {
    await fetch(`${world.simUrl}/_sim/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ completeMs: COMPLETE_MS }),
    });
    const asked = `${world.folder}/producers.jsonl`;
    const ledger = openLedgerFile<ProducerEntry>(asked);
    const pages = seededChance(plan.seed + 1);
    const producers = startProducers(
      {
        apis: world.apiUrls,
        producers: plan.producers,
        restMs: 400,
        thenEvery: 3,
        urls: () =>
          Array.from(
            { length: pages.between(1, MOST_URLS) },
            () => `https://a.example.com/${pages.between(1, PAGES)}`,
          ),
      },
      ledger,
      seededChance(plan.seed + 2),
    );
    const { strikes, kills } = await strikeAll(plan, world);
    plan.say("no more faults: waiting for every accepted intent");
    await producers.finish(PATIENCE_MS);
    ledger.close();
    const verdict = judge({
      producers: readLedgerFile<ProducerEntry>(asked),
      provider: readLedgerFile<ProviderCall>(world.callLog),
      strikes,
      limits: LIMITS,
      accounts: ACCOUNTS,
      completeMs: COMPLETE_MS,
    });
    return { verdict, strikes, kills };
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
