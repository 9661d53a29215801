import { type Place, type Stack, startStack } from "../../stack.ts";
import { costOf } from "../provider-stats.ts";
import { AS_EMBEDDED, pidOf } from "../redis-as-embedded.ts";
import type { Bench, Measured, Row, Scenario } from "../scenario.ts";
import type { AddOrder } from "../sides/add-jobs.ts";
import type { PostOrder } from "../sides/post-intents.ts";
import type { RunOrder } from "../sides/run-jobs.ts";
import { type Side, startSide } from "../sides/side.ts";
import type { UrlSet } from "../sides/urls.ts";
import type { ScriptOrder } from "../sides/vendor-script.ts";
import { type Steady, steadyOf, watch } from "../steady.ts";
import { counted, metricsAddressOf } from "../worker-metrics.ts";

/** How many targets a second reach `confirmed` where no provider holds them up, against what one would do instead. */
export const endToEnd: Scenario = { name: "end-to-end", run };

const TARGETS = 1_000_000;
const INTENT = 1000;
/** Their pace is the same over any number. */
const BASELINE_TARGETS = { noop: 100_000, calls: 20_000, script: 20_000 };
const FEWEST = 1000;
const HOSTS = 50;
const POSTS_AT_ONCE = 4;
/** From 25 to 400 all are about as quick with jobs that do nothing (measured). */
const JOBS_AT_ONCE = 100;
/** Refresh.py of 2025-08-15. */
const SCRIPT_URLS_A_CALL = 20;
const LEAST_RATIO = 5;
const PATIENCE_MS = 15 * 60_000;

const NAMES = {
  ours: "Purgeline",
  noop: "a job for each URL, doing nothing",
  calls: "a job and a call for each URL",
  script: "the provider's script: 20 URLs a call, one by one",
};

/** More than anything here can reach: no limit, wait or quota is met. */
function account(name: string, { endpoint }: Place): string {
  const never = 100_000_000;
  const calls = ["RefreshObjectCaches", "DescribeRefreshTaskById", "DescribeRefreshTasks"]
    .map((call) => `${call}: { perSecond: 1000000 }`)
    .join(", ");
  return `{ name: ${name}, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: secret }, hosts: ["*.${name}.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, limits: { pollEveryMs: 1, lanes: { purge-url: { perDomainPerMinute: ${never}, resendAfterMs: 1 } }, calls: { ${calls} } }, quota: { url: ${never} } }`;
}

async function run(bench: Bench): Promise<Measured> {
  const stack = await startStack({
    providers: { sim: (place) => ["ours", "calls", "script"].map((name) => account(name, place)) },
    redis: AS_EMBEDDED,
  });
  try {
    return judged(await measure(stack, bench));
  } finally {
    await stack.stop();
  }
}

interface Result {
  readonly name: string;
  readonly targets: number;
  readonly steady: Steady;
  /** The provider's account; null: it was not asked. */
  readonly account: string | null;
}

async function measure(stack: Stack, { scale, say }: Bench): Promise<readonly Row[]> {
  const endpoint = stack.providers.sim ?? "";
  const scaled = (full: number): number => Math.max(FEWEST, Math.round(full * scale));
  const redisPid = await pidOf(stack.redis.url);
  const results: Result[] = [];
  const oneOf = async (name: string, account: string | null, works: () => Promise<Work>): Promise<void> => {
    say(name);
    const { targets, sides, pids, done } = await works();
    try {
      const samples = await watch({ total: targets, done, pids, patienceMs: PATIENCE_MS });
      await Promise.all(sides.map((side) => side.ended));
      results.push({ name, targets, steady: steadyOf(samples, targets), account });
    } finally {
      await Promise.all(sides.map((side) => side.stop()));
    }
  };
  const jobs = (targets: number, name: string, provider?: RunOrder["provider"]) => async () => {
    const shared = { redis: stack.redis.url, queue: `bench-${name}`, targets };
    const order: RunOrder = { ...shared, concurrency: JOBS_AT_ONCE, ...(provider ? { provider } : {}) };
    const worker = await startSide("run-jobs.ts", order);
    const add: AddOrder = { ...shared, urls: urlsOf(name) };
    const producer = await startSide("add-jobs.ts", add);
    return workOf(targets, [worker, producer], [redisPid]);
  };
  const provider = (name: string) => ({ endpoint, account: name });
  await oneOf(NAMES.noop, null, jobs(scaled(BASELINE_TARGETS.noop), "noop"));
  await oneOf(NAMES.calls, "calls", jobs(scaled(BASELINE_TARGETS.calls), "calls", provider("calls")));
  await oneOf(NAMES.script, "script", async () => {
    const targets = scaled(BASELINE_TARGETS.script);
    const inOneCall = SCRIPT_URLS_A_CALL;
    const order: ScriptOrder = { provider: provider("script"), urls: urlsOf("script"), targets, inOneCall };
    return workOf(targets, [await startSide("vendor-script.ts", order)], []);
  });
  await oneOf(NAMES.ours, "ours", async () => {
    const targets = scaled(TARGETS);
    const { api, workers } = stack.programs;
    const order: PostOrder = {
      api: stack.api,
      urls: urlsOf("ours"),
      targets,
      size: INTENT,
      atOnce: POSTS_AT_ONCE,
    };
    const addresses = workers.map(metricsAddressOf);
    const pids = [redisPid, api.pid, ...workers.map((worker) => worker.pid)];
    return {
      ...workOf(targets, [await startSide("post-intents.ts", order)], pids),
      done: () => counted(addresses, "purgeline_targets_total", 'state="confirmed"'),
    };
  });
  return await Promise.all(results.map((each) => rowOf(each, endpoint)));
}

interface Work {
  readonly targets: number;
  readonly sides: readonly [Side, ...Side[]];
  readonly pids: readonly number[];
  readonly done: () => number | Promise<number>;
}

/** The first one tells how much is done. */
function workOf(targets: number, sides: readonly [Side, ...Side[]], pids: readonly number[]): Work {
  const [first] = sides;
  return { targets, sides, pids: [...pids, ...sides.map(({ pid }) => pid)], done: first.done };
}

function urlsOf(name: string): UrlSet {
  return { hosts: HOSTS, name };
}

async function rowOf({ name, targets, steady, account }: Result, endpoint: string): Promise<Row> {
  const figures = {
    targets,
    "targets/s": steady.perSecond,
    "targets per CPU-second": steady.perCpuSecond,
    "cores in use": steady.cores,
  };
  if (account === null) return { name, figures };
  const { submits, queries, units } = await costOf(endpoint, account);
  const perThousand = (count: number): number => (count / targets) * 1000;
  return {
    name,
    figures: {
      ...figures,
      "submits per 1,000": perThousand(submits),
      ...(queries === 0 ? {} : { "queries per 1,000": perThousand(queries) }),
      "quota units per 1,000": perThousand(units),
    },
  };
}

function judged(rows: readonly Row[]): Measured {
  const paceOf = (name: string): number =>
    rows.find((row) => row.name === name)?.figures["targets/s"] ?? Number.NaN;
  const isAgainst = paceOf(NAMES.ours) / paceOf(NAMES.noop);
  return {
    rows,
    ratios: [{ name: `targets/s, against ${NAMES.noop}`, value: isAgainst, atLeast: LEAST_RATIO }],
    charts: [
      {
        title: "Targets confirmed a second",
        kind: "bar",
        labels: rows.map(({ name }) => name),
        yTitle: "targets/s",
        values: rows.map(({ name }) => paceOf(name)),
      },
    ],
  };
}
