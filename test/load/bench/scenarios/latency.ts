import { setTimeout as pause } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { freePort } from "../../../cli/free-port.ts";
import { type Place, type Stack, startStack } from "../../stack.ts";
import { arrivalsOf, ledgerOf } from "../arrivals.ts";
import { fsyncTimes } from "../fsync.ts";
import { leanPoster } from "../lean-post.ts";
import { paced } from "../paced.ts";
import { quantile } from "../quantile.ts";
import { AS_EMBEDDED } from "../redis-as-embedded.ts";
import type { Bench, Measured, Row, Scenario } from "../scenario.ts";
import type { IntakeOrder } from "../sides/bare-intake.ts";
import type { RunOrder } from "../sides/run-jobs.ts";
import { startSide } from "../sides/side.ts";

/** How long a target takes from its producer to the provider's door, and an intent to its 202, where nothing is in the way. */
export const latency: Scenario = { name: "latency", run };

const SAMPLES = 2000;
const FEWEST_SAMPLES = 20;
/** 40 a second: no call waits for another one's permit, since Alibaba's limit is 50. */
const EVERY_MS = 25;
const QUIET_MS = 200;
/** So many take turns that each is quiet, for 300 ms, before it is asked again. */
const NORMAL_ACCOUNTS = 12;
const INTENTS_A_SECOND = 500;
const INTAKE_SECONDS = 10;
const FEWEST_INTAKE_SECONDS = 0.5;
const WARM_UP_INTENTS = 500;
const FSYNCS = 500;
const JOBS_AT_ONCE = 16;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 120_000;
const MOST = { p50: 8, p99: 30, intake: 15 };

function account(name: string, { endpoint }: Place, more = ""): string {
  return `{ name: ${name}, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: secret }, hosts: [${name}.example.com], coalesce: { quietMs: ${QUIET_MS}, maxWaitMs: 2000 }, quota: { url: 100000000 }, ${more} }`;
}

const UNLIMITED = "limits: { calls: { RefreshObjectCaches: { perSecond: 1000000 } } }";

const normalAccounts = Array.from({ length: NORMAL_ACCOUNTS }, (_, i) => `normal-${i}`);

async function run(bench: Bench): Promise<Measured> {
  const served = ["urgent", "intake", ...normalAccounts];
  const stack = await startStack({
    providers: {
      sim: (place) => [
        ...served.map((name) => account(name, place)),
        // It knows no limit: a burst after a stall must not end in refusals.
        ...(place.isPlayed ? [account("jobs", place, UNLIMITED)] : []),
      ],
    },
    redis: AS_EMBEDDED,
  });
  try {
    return judged(await measure(stack, bench));
  } finally {
    await stack.stop();
  }
}

/** By name, ms. */
type Times = Readonly<Record<keyof typeof NAMES, readonly number[]>>;

const NAMES = {
  urgent: "urgent: asked until at the provider's door",
  normal: `normal: the same, with a quietMs of ${QUIET_MS}`,
  job: "instead: a job added, its handler calls",
  intake: `asked until 202, ${INTENTS_A_SECOND} intents a second`,
  bareIntake: "instead: a server that adds a job",
  fsync: "the disk's own fsync",
};

async function measure(stack: Stack, { scale, say }: Bench): Promise<Times> {
  const samples = Math.max(FEWEST_SAMPLES, Math.round(SAMPLES * scale));
  const intents = Math.round(Math.max(FEWEST_INTAKE_SECONDS, INTAKE_SECONDS * scale) * INTENTS_A_SECOND);
  const { sim = "" } = stack.providers;
  const poster = leanPoster(`${stack.api}/v1/intents`);
  const asking = (priority: string) => (url: string) => poster.post({ op: "purge", urls: [url], priority });
  try {
    // The first calls open connections and compile code.
    await toTheDoor(sim, FEWEST_SAMPLES + NORMAL_ACCOUNTS, normalHost, asking("normal"));
    await toTheDoor(sim, FEWEST_SAMPLES, () => "urgent", asking("urgent"));
    say(NAMES.urgent);
    const urgent = await toTheDoor(sim, samples, () => "urgent", asking("urgent"));
    say(NAMES.normal);
    const normal = await toTheDoor(sim, samples, normalHost, asking("normal"));
    say(NAMES.job);
    const job = await jobTimes(stack, samples);
    say(NAMES.intake);
    await answerTimes(WARM_UP_INTENTS, "intake", asking("normal"));
    const intake = await answerTimes(intents, "intake", asking("normal"));
    const bareIntake = await bareIntakeTimes(stack, intents);
    return { urgent, normal, job, intake, bareIntake, fsync: await fsyncTimes(FSYNCS) };
  } finally {
    poster.close();
  }
}

function normalHost(i: number): string {
  return `normal-${i % NORMAL_ACCOUNTS}`;
}

let asks = 0;

/** From before each was asked for until it stood at the provider's door. */
async function toTheDoor(
  sim: string,
  samples: number,
  hostOf: (i: number) => string,
  ask: (url: string) => Promise<unknown>,
): Promise<readonly number[]> {
  asks += 1;
  const asked = await paced(samples, EVERY_MS, async (i) => {
    const url = `https://${hostOf(i)}.example.com/${asks}/${i}.html`;
    const atMs = performance.timeOrigin + performance.now();
    await ask(url);
    return { url, atMs };
  });
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const arrivals = arrivalsOf(await ledgerOf(sim), "RefreshObjectCaches");
    const times = asked.map(({ url, atMs }) => (arrivals.get(url) ?? Number.NaN) - atMs);
    if (!times.some(Number.isNaN)) return times;
    if (performance.now() > until) throw new Error(`not all arrived within ${PATIENCE_MS} ms`);
    await pause(LOOK_EVERY_MS);
  }
}

/** The same with a queue and a signed call, and nothing else. */
async function jobTimes(stack: Stack, samples: number): Promise<readonly number[]> {
  const { sim = "" } = stack.providers;
  const order: RunOrder = {
    redis: stack.redis.url,
    queue: "bench-jobs",
    targets: FEWEST_SAMPLES + samples,
    concurrency: JOBS_AT_ONCE,
    provider: { endpoint: sim, account: "jobs" },
  };
  const connection = new Redis(order.redis, { maxRetriesPerRequest: null });
  const queue = new Queue(order.queue, { connection });
  const worker = await startSide("run-jobs.ts", order);
  try {
    const add = (url: string) => queue.add("purge", { url });
    // A worker that fails ends it at once.
    const [times] = await Promise.all([toTheDoor(sim, order.targets, () => "jobs", add), worker.ended]);
    return times.slice(FEWEST_SAMPLES);
  } finally {
    await worker.stop();
    await queue.close();
    connection.disconnect();
  }
}

/** From before each request until its 202 is read. */
async function answerTimes(
  intents: number,
  host: string,
  ask: (url: string) => Promise<void>,
): Promise<readonly number[]> {
  asks += 1;
  return await paced(intents, 1000 / INTENTS_A_SECOND, async (i) => {
    const beganAt = performance.now();
    await ask(`https://${host}.example.com/${asks}/${i}.html`);
    return performance.now() - beganAt;
  });
}

async function bareIntakeTimes(stack: Stack, intents: number): Promise<readonly number[]> {
  const order: IntakeOrder = { redis: stack.redis.url, queue: "bench-intake", port: await freePort() };
  const server = await startSide("bare-intake.ts", order);
  const poster = leanPoster(`http://127.0.0.1:${order.port}/`);
  try {
    await answerTimes(WARM_UP_INTENTS, "intake", (url) => poster.post({ url }));
    return await answerTimes(intents, "intake", (url) => poster.post({ url }));
  } finally {
    poster.close();
    await server.stop();
  }
}

function judged(times: Times): Measured {
  const p = (part: number, name: keyof Times): number => quantile(times[name], part);
  const rows = (Object.keys(NAMES) as (keyof Times)[]).map(
    (name): Row => ({
      name: NAMES[name],
      figures: { samples: times[name].length, p50Ms: p(0.5, name), p99Ms: p(0.99, name) },
    }),
  );
  return {
    rows,
    ratios: [
      { name: "urgent: p50, ms", value: p(0.5, "urgent"), atMost: MOST.p50 },
      { name: "urgent: p99, ms", value: p(0.99, "urgent"), atMost: MOST.p99 },
      { name: "normal: p50 over quietMs, ms", value: p(0.5, "normal") - QUIET_MS, atMost: MOST.p50 },
      { name: "normal: p99 over quietMs, ms", value: p(0.99, "normal") - QUIET_MS, atMost: MOST.p99 },
      { name: "202: p99, ms", value: p(0.99, "intake"), atMost: MOST.intake },
    ],
  };
}
