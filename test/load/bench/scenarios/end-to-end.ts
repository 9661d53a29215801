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
import { counterSum, metricsAddressOf } from "../worker-metrics.ts";

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

/** One way to get so many URLs purged. */
interface Contender {
  readonly name: string;
  readonly targets: number;
  /** The provider's account; null: it is not asked. */
  readonly account: string | null;
  /** What has to run beside the sides. */
  readonly pids: readonly number[];
  readonly sides: readonly [Side, ...Side[]];
  /** How much is done. Default: what the first side tells. */
  readonly done?: () => Promise<number>;
}

async function measure(stack: Stack, { scale, say }: Bench): Promise<readonly Row[]> {
  const sizeOf = (full: number): number => Math.max(FEWEST, Math.round(full * scale));
  const rows: Row[] = [];
  const contenders = [
    () => jobs("noop", stack, sizeOf(BASELINE_TARGETS.noop)),
    () => jobs("calls", stack, sizeOf(BASELINE_TARGETS.calls)),
    () => providersScript(stack, sizeOf(BASELINE_TARGETS.script)),
    () => purgeline(stack, sizeOf(TARGETS)),
  ];
  for (const begin of contenders) {
    const contender = await begin();
    say(contender.name);
    const steady = await paceOf(contender);
    rows.push(await rowOf(contender, steady, simOf(stack)));
  }
  return rows;
}

async function jobs(kind: "noop" | "calls", stack: Stack, targets: number): Promise<Contender> {
  const shared = { redis: stack.redis.url, queue: `bench-${kind}`, targets };
  const provider = kind === "calls" ? { provider: { endpoint: simOf(stack), account: kind } } : {};
  const run: RunOrder = { ...shared, concurrency: JOBS_AT_ONCE, ...provider };
  const add: AddOrder = { ...shared, urls: urlsOf(kind) };
  const sides = [await startSide("run-jobs.ts", run), await startSide("add-jobs.ts", add)] as const;
  const account = kind === "calls" ? kind : null;
  return { name: NAMES[kind], targets, account, pids: [await pidOf(stack.redis.url)], sides };
}

async function providersScript(stack: Stack, targets: number): Promise<Contender> {
  const account = "script";
  const provider = { endpoint: simOf(stack), account };
  const order: ScriptOrder = { provider, urls: urlsOf(account), targets, inOneCall: SCRIPT_URLS_A_CALL };
  return {
    name: NAMES.script,
    targets,
    account,
    pids: [],
    sides: [await startSide("vendor-script.ts", order)],
  };
}

async function purgeline(stack: Stack, targets: number): Promise<Contender> {
  const { api, workers } = stack.programs;
  const account = "ours";
  const order: PostOrder = {
    api: stack.api,
    urls: urlsOf(account),
    targets,
    size: INTENT,
    atOnce: POSTS_AT_ONCE,
  };
  const addresses = workers.map(metricsAddressOf);
  return {
    name: NAMES.ours,
    targets,
    account,
    pids: [await pidOf(stack.redis.url), api.pid, ...workers.map(({ pid }) => pid)],
    sides: [await startSide("post-intents.ts", order)],
    done: () => counterSum(addresses, "purgeline_targets_total", 'state="confirmed"'),
  };
}

async function paceOf({ targets, pids, sides, done }: Contender): Promise<Steady> {
  const ended = Promise.all(sides.map((side) => side.ended));
  try {
    const watched = watch({
      total: targets,
      done: done ?? sides[0].done,
      pids: [...pids, ...sides.map(({ pid }) => pid)],
      patienceMs: PATIENCE_MS,
    });
    // A side that fails ends it at once.
    const [samples] = await Promise.all([watched, ended]);
    return steadyOf(samples, targets);
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}

function simOf({ providers }: Stack): string {
  return providers.sim ?? "";
}

function urlsOf(name: string): UrlSet {
  return { hosts: HOSTS, name };
}

async function rowOf({ name, targets, account }: Contender, steady: Steady, endpoint: string): Promise<Row> {
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
  const pace = (name: string): number =>
    rows.find((row) => row.name === name)?.figures["targets/s"] ?? Number.NaN;
  const against = pace(NAMES.ours) / pace(NAMES.noop);
  return {
    rows,
    ratios: [{ name: `targets/s, against ${NAMES.noop}`, value: against, atLeast: LEAST_RATIO }],
    charts: [
      {
        title: "Targets confirmed a second",
        kind: "bar",
        labels: rows.map(({ name }) => name),
        yTitle: "targets/s",
        values: rows.map(({ name }) => pace(name)),
      },
    ],
  };
}
