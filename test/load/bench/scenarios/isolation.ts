import { setTimeout as pause } from "node:timers/promises";
import { call } from "../../real-input/producers.ts";
import { type Place, type Stack, startStack } from "../../stack.ts";
import { arrivalsOf, ledgerOf } from "../arrivals.ts";
import { quantile } from "../quantile.ts";
import type { Bench, Measured, Ratio, Row, Scenario } from "../scenario.ts";

/** Four accounts of one service: what one of them suffers, another one's producers must not notice. */
export const isolation: Scenario = { name: "isolation", run };

const ROUNDS = 10;
const SAMPLES_A_ROUND = 40;
const FEWEST_SAMPLES = 5;
/** At 40 a second no sample waits for another one's permit: Alibaba's limit is 50. */
const EVERY_MS = 25;
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

function account(name: string, { endpoint }: Place, more: string, secret = "secret"): string {
  const host = `${name}.example.com`;
  return `{ name: ${name}, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: ${secret} }, hosts: [${host}], coalesce: { quietMs: 0, maxWaitMs: 0 }, quota: { url: 100000000 }, ${more} }`;
}

async function run(bench: Bench): Promise<Measured> {
  const open = "limits: { lanes: { purge-url: { perDomainPerMinute: 100000000 } } }";
  // So that asking for its tasks falls together with sending them, and not into the next round.
  const soonAsked = open.replace("limits: {", "limits: { pollEveryMs: 1000,");
  const stack = await startStack({
    providers: {
      quiet: (place) => [account("quiet", place, open)],
      neighbours: (place) => [
        account("dead", place, open),
        account("wrong", place, open, place.isPlayed ? "secret" : "another"),
        account("flood", place, soonAsked),
      ],
    },
  });
  try {
    return await measure(stack, bench);
  } finally {
    await stack.stop();
  }
}

async function measure(stack: Stack, { scale, say }: Bench): Promise<Measured> {
  const { quiet = "", neighbours = "" } = stack.providers;
  await call(neighbours, "POST", "/_sim/faults", { kind: "hang", account: "dead" });
  const conditions: readonly Neighbour[] = [
    { name: "alone", begin: async () => undefined, end: async () => undefined },
    broken("neighbour's provider dead", "dead", stack.api),
    broken("neighbour's key wrong", "wrong", stack.api),
    ...flooded(stack.api, Math.ceil(FLOOD_TARGETS * scale)),
  ];
  const asked = conditions.map(() => new Map<string, number>());
  const rounds = Math.max(1, Math.round(ROUNDS * scale));
  const samples = Math.max(FEWEST_SAMPLES, Math.round(SAMPLES_A_ROUND * Math.min(1, scale * ROUNDS)));
  // The first calls open connections and compile code.
  await sample(stack.api, "warm-up", samples, new Map());
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    // Whatever else the machine does hits each of them alike.
    for (const [index, { begin, end }] of conditions.entries()) {
      await begin();
      await sample(stack.api, `${round}-${index}`, samples, asked[index] ?? new Map());
      await end();
    }
  }
  const arrivals = arrivalsOf(await ledgerOf(quiet), "RefreshObjectCaches");
  return judged(
    conditions.map(({ name }, index) => [
      name,
      [...(asked[index] ?? [])].map(([url, atMs]) => (arrivals.get(url) ?? Number.POSITIVE_INFINITY) - atMs),
    ]),
  );
}

function judged(latencies: readonly (readonly [name: string, ms: readonly number[]])[]): Measured {
  const rows = latencies.map(
    ([name, ms]): Row => ({
      name,
      figures: { samples: ms.length, p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) },
    }),
  );
  const [baseline, ...others] = rows;
  const ratios = others.map(
    ({ name, figures }): Ratio => ({
      name: `p99, ${name}, against alone`,
      value: (figures.p99Ms ?? Number.NaN) / (baseline?.figures.p99Ms ?? Number.NaN),
      atMost: MOST_RATIO,
    }),
  );
  return { rows, ratios };
}

/** Intents of one target each, and when each was asked for. */
async function sample(api: string, folder: string, count: number, asked: Map<string, number>): Promise<void> {
  const answers: Promise<unknown>[] = [];
  const startedAt = performance.now();
  for (let i = 0; i < count; i += 1) {
    await pause(Math.max(0, startedAt + i * EVERY_MS - performance.now()));
    const url = `https://quiet.example.com/${folder}/${i}`;
    asked.set(url, performance.timeOrigin + performance.now());
    answers.push(call(api, "POST", "/v1/intents", { op: "purge", urls: [url] }));
  }
  await Promise.all(answers);
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
  let flooding: Promise<void> | null = null;
  const flood = async (): Promise<void> => {
    for (let left = targets; left > 0; left -= FLOOD_AT_ONCE) {
      const urls = urlsOf("flood", Math.min(left, FLOOD_AT_ONCE));
      await call(api, "POST", "/v1/intents", { op: "purge", urls });
    }
  };
  return [
    {
      name: "neighbour hands in a flood",
      begin: async () => {
        flooding = flood();
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

interface Accounts {
  readonly items: readonly {
    readonly account: string;
    readonly lanes: readonly {
      readonly pending: number;
      readonly inFlight: number;
      readonly running: number;
    }[];
  }[];
}

/** What is left to do for an account: targets that wait, and batches under way. */
async function restless(api: string, name: string): Promise<number> {
  // A machine with other things to do may answer 503: then it is not at rest.
  const accounts = await call<Accounts>(api, "GET", "/v1/accounts").catch(() => null);
  if (accounts === null) return Number.POSITIVE_INFINITY;
  const lanes = accounts.items.find((each) => each.account === name)?.lanes ?? [];
  return lanes.reduce((sum, { pending, inFlight, running }) => sum + pending + inFlight + running, 0);
}
