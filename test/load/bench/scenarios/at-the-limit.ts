import { setTimeout as pause } from "node:timers/promises";
import { call } from "../../real-input/producers.ts";
import { type Place, type Stack, startStack } from "../../stack.ts";
import { cpuMeter } from "../cpu-time.ts";
import { type Cost, costOf } from "../provider-stats.ts";
import { AS_EMBEDDED, pidOf } from "../redis-as-embedded.ts";
import type { Bench, Measured, Row, Scenario } from "../scenario.ts";
import type { PostOrder } from "../sides/post-intents.ts";
import { startSide } from "../sides/side.ts";

/** All that Alibaba Cloud CDN allows an account, for a minute, out of a backlog: 50 calls a second, each full. */
export const atTheLimit: Scenario = { name: "at-the-limit", run };

const SECONDS = 60;
const FEWEST_SECONDS = 1;
const CALLS_A_SECOND = 50;
const URLS_A_CALL = 1000;
/** A host may have 10,000 URLs a minute: 300 hosts would be just enough, and each has to be hit to the last URL. */
const HOSTS = 330;
/** The backlog lasts longer than what is measured: full calls to the end. */
const SPARE_SECONDS = 2;
const INTENT = 10_000;
const POSTS_AT_ONCE = 2;
const LEAST_SHARE = 0.97;
const FEWEST_CALLS = 10;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 120_000;

function account({ endpoint }: Place): string {
  return `{ name: full, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: full, accessKeySecret: secret }, hosts: ["*.full.example.com"], quota: { url: 100000000 } }`;
}

async function run(bench: Bench): Promise<Measured> {
  const stack = await startStack({
    providers: { sim: (place) => [account(place)] },
    redis: AS_EMBEDDED,
    workers: 2,
  });
  try {
    return await measure(stack, bench);
  } finally {
    await stack.stop();
  }
}

async function measure(stack: Stack, { scale, say }: Bench): Promise<Measured> {
  const { sim = "" } = stack.providers;
  const seconds = Math.max(FEWEST_SECONDS, SECONDS * scale);
  await call(stack.api, "POST", "/v1/accounts/full/pause");
  const targets = Math.ceil((seconds + SPARE_SECONDS) * CALLS_A_SECOND * URLS_A_CALL);
  say(`hands in ${targets}`);
  const order: PostOrder = {
    api: stack.api,
    urls: { hosts: HOSTS, name: "full" },
    targets,
    size: INTENT,
    atOnce: POSTS_AT_ONCE,
  };
  const startedAt = performance.now();
  await (await startSide("post-intents.ts", order)).ended;
  const handedIn = targets / ((performance.now() - startedAt) / 1000);
  say(`sends for ${seconds} s`);
  const meters = await metersOf(stack);
  await call(stack.api, "POST", "/v1/accounts/full/resume");
  const [from, to] = await lookFor(seconds, sim, meters);
  const urls = paceOf(from, to, ({ cost }) => cost.units);
  const rows: readonly Row[] = [
    limitRow("what is allowed", CALLS_A_SECOND, CALLS_A_SECOND * URLS_A_CALL),
    limitRow(
      "what was sent",
      paceOf(from, to, ({ cost }) => cost.submits),
      urls,
    ),
    { name: "what was handed in before", figures: { "URLs/s": handedIn } },
    ...meters.map(({ name }, i) => ({
      name: `${name}, while it was sent`,
      figures: { cores: paceOf(from, to, ({ cpuMs }) => (cpuMs[i] ?? 0) / 1000) },
    })),
  ];
  return {
    rows,
    ratios: [
      {
        name: "URLs/s, against what is allowed",
        value: urls / (CALLS_A_SECOND * URLS_A_CALL),
        atLeast: LEAST_SHARE,
      },
      {
        name: "calls over a limit in any window, by the provider's count",
        value: to.cost.violations,
        atMost: 0,
      },
    ],
  };
}

function limitRow(name: string, calls: number, urls: number): Row {
  return { name, figures: { "calls/s": calls, "URLs/s": urls } };
}

interface Look {
  readonly atMs: number;
  readonly cost: Cost;
  /** By meter. */
  readonly cpuMs: readonly number[];
}

/** The first look that finds a call at the provider, and one so many seconds, and some calls, later. */
async function lookFor(
  seconds: number,
  sim: string,
  meters: readonly Meter[],
): Promise<readonly [Look, Look]> {
  const look = async (): Promise<Look> => ({
    cost: await costOf(sim, "full"),
    atMs: performance.now(),
    cpuMs: await Promise.all(meters.map(({ read }) => read())),
  });
  const until = performance.now() + PATIENCE_MS;
  let first = await look();
  while (first.cost.submits === 0) {
    if (performance.now() > until) throw new Error(`nothing was sent within ${PATIENCE_MS} ms`);
    await pause(LOOK_EVERY_MS);
    first = await look();
  }
  await pause(seconds * 1000);
  let last = await look();
  // In a small run on a busy machine there may be none.
  while (last.cost.submits < first.cost.submits + FEWEST_CALLS) {
    if (performance.now() > until) throw new Error(`hardly anything was sent within ${PATIENCE_MS} ms`);
    await pause(LOOK_EVERY_MS);
    last = await look();
  }
  return [first, last];
}

/** Of something that adds up, a second. */
function paceOf(from: Look, to: Look, what: (look: Look) => number): number {
  return ((what(to) - what(from)) / (to.atMs - from.atMs)) * 1000;
}

interface Meter {
  readonly name: string;
  read(): Promise<number>;
}

async function metersOf({ programs, redis }: Stack): Promise<readonly Meter[]> {
  const { workers, sims } = programs;
  return [
    { name: "workers", read: cpuMeter(workers.map(({ pid }) => pid)) },
    { name: "Redis", read: cpuMeter([await pidOf(redis.url)]) },
    { name: "provider", read: cpuMeter(sims.map(({ pid }) => pid)) },
  ];
}
