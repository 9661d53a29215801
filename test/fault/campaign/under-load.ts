import { type Chance, seededChance } from "./chance.ts";
import { judge, type Verdict } from "./judge.ts";
import { openLedgerFile, readLedgerFile } from "./ledger-file.ts";
import type { ProducerEntry, ProviderCall, Strike } from "./producer-ledger.ts";
import { startProducers } from "./producers.ts";
import { accountsOf, directoryUrl, pageUrl, type World } from "./world.ts";

export interface Load {
  readonly seed: number;
  readonly producers: number;
  /** The world has an account for directories: every fourth intent is about one of them. */
  readonly directories?: true;
}

/** Half of the URLs are of few pages, so that purges of one page meet under way. */
const PAGES = 20_000;
const HOT_PAGES = 100;
/** So few that soft and hard purges of one meet under way. */
const DIRECTORIES = 4;
/** Most intents are small, as a service's are; every tenth is a release of many pages. */
const FEW_URLS = 10;
const MANY_URLS = 200;
/** What a killed worker leaves behind is picked up within 21 s; three of these in a row still fit. */
const PATIENCE_MS = 180_000;
/** Long enough to tell a prefetch that waited for its purge from one that did not. */
const COMPLETE_MS = 300;
/** The default of both providers is 50 and 20; kept at the door whatever happens inside. */
const LIMITS = [
  { account: "ali", call: "RefreshObjectCaches", perSecond: 50 },
  { account: "tc", call: "PurgeUrlsCache", perSecond: 20 },
];

function someUrls(chance: Chance): readonly string[] {
  const most = chance.between(1, 10) === 1 ? MANY_URLS : FEW_URLS;
  const page = (): number => chance.between(1, chance.between(1, 2) === 1 ? HOT_PAGES : PAGES);
  return Array.from({ length: chance.between(1, most) }, () => pageUrl(page()));
}

/** What of the ledgers is there now, in order. */
export interface Ledgers {
  producers(): readonly ProducerEntry[];
  provider(): readonly ProviderCall[];
}

/** Producers ask while `strike` breaks things; judged when every intent that was accepted has an end. */
export async function underLoad<Struck extends { readonly strikes: readonly Strike[] }>(
  world: Pick<World, "apiUrls" | "simUrl" | "callLog" | "folder">,
  { seed, producers, directories }: Load,
  strike: (ledgers: Ledgers) => Promise<Struck>,
): Promise<Struck & { readonly verdict: Verdict }> {
  await fetch(`${world.simUrl}/_sim/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ completeMs: COMPLETE_MS }),
  });
  const asked = `${world.folder}/producers.jsonl`;
  const ledger = openLedgerFile<ProducerEntry>(asked);
  const pages = seededChance(seed + 1);
  const asking = startProducers(
    {
      apis: world.apiUrls,
      producers,
      restMs: 400,
      thenEvery: 3,
      urls: () => someUrls(pages),
      directories: directories ? { every: 4, one: () => directoryUrl(pages.between(1, DIRECTORIES)) } : null,
    },
    ledger,
    seededChance(seed + 2),
  );
  const ledgers: Ledgers = {
    producers: () => readLedgerFile<ProducerEntry>(asked),
    provider: () => readLedgerFile<ProviderCall>(world.callLog),
  };
  const struck = await strike(ledgers);
  await asking.finish(PATIENCE_MS);
  ledger.close();
  const verdict = judge({
    producers: ledgers.producers(),
    provider: ledgers.provider(),
    strikes: struck.strikes,
    limits: LIMITS,
    accountsOf,
    completeMs: COMPLETE_MS,
  });
  return { ...struck, verdict };
}
