import { seededChance } from "./chance.ts";
import { judge, type Verdict } from "./judge.ts";
import { openLedgerFile, readLedgerFile } from "./ledger-file.ts";
import type { ProducerEntry, ProviderCall, Strike } from "./producer-ledger.ts";
import { startProducers } from "./producers.ts";
import { ACCOUNTS, type World } from "./world.ts";

export interface Load {
  readonly seed: number;
  readonly producers: number;
}

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

/** What of the ledgers is there now, in order. */
export interface Ledgers {
  producers(): readonly ProducerEntry[];
  provider(): readonly ProviderCall[];
}

/** Producers ask while `strike` breaks things; judged when every intent that was accepted has an end. */
export async function underLoad<Struck extends { readonly strikes: readonly Strike[] }>(
  world: Pick<World, "apiUrls" | "simUrl" | "callLog" | "folder">,
  { seed, producers }: Load,
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
      urls: () =>
        Array.from(
          { length: pages.between(1, MOST_URLS) },
          () => `https://a.example.com/${pages.between(1, PAGES)}`,
        ),
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
    accounts: ACCOUNTS,
    completeMs: COMPLETE_MS,
  });
  return { ...struck, verdict };
}
