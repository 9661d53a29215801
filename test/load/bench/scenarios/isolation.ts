import { constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Accounts } from "../../accounts-answer.ts";
import { call } from "../../real-input/producers.ts";
import { type Place, type Stack, startStack } from "../../stack.ts";
import { arrivalsOf, ledgerOf } from "../arrivals.ts";
import { leanPoster } from "../lean-post.ts";
import { paced } from "../paced.ts";
import { quantile } from "../quantile.ts";
import { AS_EMBEDDED } from "../redis-as-embedded.ts";
import type { Bench, Measured, Ratio, Row, Scenario } from "../scenario.ts";
import type { PostOrder } from "../sides/post-intents.ts";
import { startSide } from "../sides/side.ts";

/** Four accounts of one service: what one of them suffers, another one's producers must not notice. */
export const isolation: Scenario = { name: "isolation", run };

const ROUNDS = 10;
/** Of each priority; both take turns. */
const SAMPLES_A_ROUND = 40;
const FEWEST_SAMPLES = 5;
/** At 20 a second no sample waits for another one's permit: Alibaba's limit is 50. */
const EVERY_MS = 50;
/** So many take turns that each has been quiet, for 600 ms, before it is asked again. */
const NORMAL_ACCOUNTS = 12;
const FLOOD_TARGETS = 100_000;
/** The most that one intent may have. */
const FLOOD_AT_ONCE = 10_000;
/** What the producers of a broken account go on asking for. */
const TRICKLE = { targets: 100, everyMs: 250 };
const MOST_RATIO = 1.5;
const PATIENCE_MS = 120_000;

/** What a neighbour goes through while the quiet account is measured. */
interface Neighbour {
  readonly name: string;
  begin(): Promise<void>;
  /** Resolves when the neighbour is at rest. */
  end(): Promise<void>;
}

/** What a quiet account's producer asks for: with the defaults, or at once. */
const PRIORITIES = ["normal", "urgent"] as const;
type Priority = (typeof PRIORITIES)[number];

/** When each URL was asked for, epoch ms. */
type Asked = Readonly<Record<Priority, Map<string, number>>>;

function account(name: string, { endpoint }: Place, more = "", secret = "secret"): string {
  const host = `${name}.example.com`;
  return `{ name: ${name}, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: ${secret} }, hosts: [${host}, "*.${host}"], quota: { url: 100000000 }, ${more} }`;
}

const quietAccounts = ["urgent", ...Array.from({ length: NORMAL_ACCOUNTS }, (_, i) => `normal-${i}`)];

async function run(bench: Bench): Promise<Measured> {
  const open =
    "coalesce: { quietMs: 0, maxWaitMs: 0 }, limits: { lanes: { purge-url: { perDomainPerMinute: 100000000 } } }";
  // So that asking for its tasks falls together with sending them, and not into the next round.
  const soonAsked = open.replace("limits: {", "limits: { pollEveryMs: 1000,");
  const stack = await startStack({
    providers: {
      quiet: (place) => quietAccounts.map((name) => account(name, place)),
      neighbours: (place) => [
        account("dead", place, open),
        account("wrong", place, open, place.isPlayed ? "secret" : "another"),
        account("flood", place, soonAsked),
      ],
    },
    redis: AS_EMBEDDED,
  });
  try {
    return await measure(stack, bench);
  } finally {
    await stack.stop();
  }
}

async function measure(stack: Stack, { scale, say }: Bench): Promise<Measured> {
  const { quiet = "", neighbours = "" } = stack.providers;
  // A provider is another machine: what this one does for a flood must not be felt as the service's.
  for (const { pid } of stack.programs.sims.slice(1)) setPriority(pid, constants.priority.PRIORITY_LOW);
  await call(neighbours, "POST", "/_sim/faults", { kind: "hang", account: "dead" });
  const conditions: readonly Neighbour[] = [
    { name: "alone", begin: async () => undefined, end: async () => undefined },
    broken("neighbour's provider dead", "dead", stack.api),
    broken("neighbour's key wrong", "wrong", stack.api),
    ...flooded(stack.api, Math.ceil(FLOOD_TARGETS * scale)),
  ];
  const asked = conditions.map(nobodys);
  const rounds = Math.max(1, Math.round(ROUNDS * scale));
  const samples = Math.max(FEWEST_SAMPLES, Math.round(SAMPLES_A_ROUND * Math.min(1, scale * ROUNDS)));
  const poster = leanPoster(`${stack.api}/v1/intents`);
  try {
    // The first calls open connections and compile code, a flood's as well.
    for (const each of conditions) await meanwhile(each, () => sample(poster, NORMAL_ACCOUNTS, nobodys()));
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`);
      // Whatever else the machine does hits each of them alike.
      for (const [index, each] of conditions.entries())
        await meanwhile(each, () => sample(poster, samples, asked[index] ?? nobodys()));
    }
  } finally {
    poster.close();
  }
  const arrivals = await arrivedAt(
    quiet,
    asked.flatMap((each) => PRIORITIES.flatMap((priority) => [...each[priority].keys()])),
  );
  const timesOf = (urls: ReadonlyMap<string, number>): readonly number[] =>
    [...urls].map(([url, atMs]) => (arrivals.get(url) ?? Number.NaN) - atMs);
  const [normal, urgent] = PRIORITIES.map((priority) =>
    rowsOf(
      priority,
      conditions.map(({ name }, index) => [name, timesOf(asked[index]?.[priority] ?? new Map())]),
    ),
  );
  // An urgent target waits for nothing, so it feels whatever Redis does for others: shown, and not promised.
  return { rows: [...(normal ?? []), ...(urgent ?? [])], ratios: (normal ?? []).slice(1).map(promised) };
}

function nobodys(): Asked {
  return { normal: new Map(), urgent: new Map() };
}

async function meanwhile({ begin, end }: Neighbour, work: () => Promise<void>): Promise<void> {
  await begin();
  await work();
  await end();
}

/** When each of these stood at the provider's door, once all have. */
async function arrivedAt(provider: string, urls: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const arrivals = arrivalsOf(await ledgerOf(provider), "RefreshObjectCaches");
    if (urls.every((url) => arrivals.has(url))) return arrivals;
    if (performance.now() > until) throw new Error(`not all arrived within ${PATIENCE_MS} ms`);
    await pause(100);
  }
}

type Latencies = readonly (readonly [name: string, ms: readonly number[]])[];

function rowsOf(priority: Priority, latencies: Latencies): readonly Row[] {
  const alone = quantile(latencies[0]?.[1] ?? [], 0.99);
  return latencies.map(([name, ms]) => {
    const p99Ms = quantile(ms, 0.99);
    return {
      name: `${priority}, ${name}`,
      figures: { samples: ms.length, p50Ms: quantile(ms, 0.5), p99Ms, "p99 against alone": p99Ms / alone },
    };
  });
}

function promised({ name, figures }: Row): Ratio {
  const value = figures["p99 against alone"] ?? Number.NaN;
  return { name: `p99, ${name}, against alone`, value, atMost: MOST_RATIO };
}

let sampled = 0;

/** Intents of one target each, urgent ones and normal ones by turns, and when each was asked for. */
async function sample({ post }: ReturnType<typeof leanPoster>, count: number, asked: Asked): Promise<void> {
  await paced(count * PRIORITIES.length, EVERY_MS / PRIORITIES.length, async () => {
    // Over all conditions: the last account of one must not be the first one of the next.
    sampled += 1;
    const priority = sampled % 2 === 0 ? "urgent" : "normal";
    const host = priority === "urgent" ? "urgent" : `normal-${Math.floor(sampled / 2) % NORMAL_ACCOUNTS}`;
    const url = `https://${host}.example.com/${sampled}.html`;
    asked[priority].set(url, performance.timeOrigin + performance.now());
    await post({ op: "purge", urls: [url], priority });
  });
}

let asks = 0;

function urlsOf(host: string, count: number): readonly string[] {
  asks += 1;
  return Array.from({ length: count }, (_, i) => `https://${host}.example.com/${asks}/${i}.html`);
}

/** An account whose calls come to nothing, and whose producers go on asking. */
function broken(name: string, host: string, api: string): Neighbour {
  let asking = false;
  let asker: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    while (asking) {
      await call(api, "POST", "/v1/intents", { op: "purge", urls: urlsOf(host, TRICKLE.targets) });
      await pause(TRICKLE.everyMs);
    }
  };
  return {
    name,
    async begin() {
      // A stopped account is tried again, too.
      await call(api, "POST", `/v1/accounts/${host}/resume`);
      asking = true;
      asker = ask();
    },
    async end() {
      asking = false;
      await asker;
      await call(api, "POST", `/v1/accounts/${host}/pause`);
    },
  };
}

/** A producer that hands in as much as it can, at once; then what it handed in is sent as fast as the provider allows. */
function flooded(api: string, targets: number): readonly Neighbour[] {
  let floods = 0;
  let flooding: Promise<void> | null = null;
  return [
    {
      name: "neighbour hands in a flood",
      begin: async () => {
        floods += 1;
        const urls = { hosts: 1, name: `${floods}.flood` };
        const order: PostOrder = { api, urls, targets, size: FLOOD_AT_ONCE, atOnce: 1 };
        const producer = await startSide("post-intents.ts", order);
        setPriority(producer.pid, constants.priority.PRIORITY_LOW);
        flooding = producer.ended;
      },
      end: async () => void (await flooding),
    },
    {
      name: "neighbour's flood is sent",
      begin: async () => undefined,
      async end() {
        const until = performance.now() + PATIENCE_MS;
        while ((await restless(api, "flood")) > 0) {
          if (performance.now() > until) throw new Error(`the flood is not over after ${PATIENCE_MS} ms`);
          await pause(100);
        }
      },
    },
  ];
}

/** What is left to do for an account: targets that wait, and batches under way. */
async function restless(api: string, name: string): Promise<number> {
  // A machine with other things to do may answer 503: then it is not at rest.
  const accounts = await call<Accounts>(api, "GET", "/v1/accounts").catch(() => null);
  if (accounts === null) return Number.POSITIVE_INFINITY;
  const lanes = accounts.items.find((each) => each.account === name)?.lanes ?? [];
  return lanes.reduce((sum, { pending, inFlight, running }) => sum + pending + inFlight + running, 0);
}
