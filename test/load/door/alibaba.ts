import { setTimeout as pause } from "node:timers/promises";
import type { Accounts } from "../accounts-answer.ts";
import { type Entry, ledgerOf } from "../bench/arrivals.ts";
import { costOf } from "../bench/provider-stats.ts";
import { call } from "../real-input/producers.ts";
import { type Stack, startStack } from "../stack.ts";
import { oneHostEach, oneUrlCalls } from "./account.ts";
import { type Arrival, busiest, slackest } from "./windows.ts";

export interface DoorPlan {
  readonly workers: number;
  /** Of every second answer. */
  readonly latencyMs: number;
  /** How long there is always work. */
  readonly saturatedMs: number;
  /** Calls that wait when a worker is killed, and that come at once after a trickle. */
  readonly burst: number;
}

/** What came to the door of an account with 50 calls a second. */
export interface DoorReport {
  readonly calls: number;
  readonly busiestSecond: number;
  readonly submitsPerSecond: number;
  /** What it took to learn what became of 50 calls of one domain each. */
  readonly queriesPer50: number;
  /** Of what is allowed, in the slackest saturated window. */
  readonly leastShare: number;
  /** By the provider's count, over all its calls and both accounts. */
  readonly violations: number;
}

const SUBMIT = "RefreshObjectCaches";
const QUERY = "DescribeRefreshTaskById";
const PER_SECOND = 50;
/** Both limits at once: the second's binds first, then the minute's. */
const BOTH = `{ ${SUBMIT}: { perSecond: 20, perMinute: 60 } }`;
const WINDOW_MS = 10_000;
const INTENT = 100;
const PATIENCE_MS = 180_000;

type LedgerEntry = Entry & Arrival;

/** Saturation; then a worker killed and another started while replies get lost; then a trickle and a burst. */
export async function standAtTheDoor(plan: DoorPlan): Promise<DoorReport> {
  const stack = await startStack({
    providers: {
      sim: (place) => [
        ...oneUrlCalls("door", "alibaba-cdn")(place),
        ...oneUrlCalls("both", "alibaba-cdn", BOTH)(place),
      ],
    },
    workers: plan.workers,
  });
  try {
    return await stand(stack, plan);
  } finally {
    await stack.stop();
  }
}

async function stand(stack: Stack, { latencyMs, saturatedMs, burst }: DoorPlan): Promise<DoorReport> {
  const { sim = "" } = stack.providers;
  const done = waiter(sim);
  if (latencyMs > 0) await fault(sim, { kind: "latency", ms: latencyMs, every: 2 });
  const backlog = Math.ceil((PER_SECOND * saturatedMs) / 1000) + PER_SECOND;
  for (const name of ["door", "both"]) await call(stack.api, "POST", `/v1/accounts/${name}/pause`);
  await handIn(stack.api, "door", 0, backlog);
  await handIn(stack.api, "both", 0, 2 * PER_SECOND);
  for (const name of ["door", "both"]) await call(stack.api, "POST", `/v1/accounts/${name}/resume`);
  await done(backlog);
  const saturated = await ledgerOf(sim);

  await fault(sim, { kind: "drop-reply", account: "door", call: SUBMIT, every: 10, times: 5 });
  await handIn(stack.api, "door", backlog, burst);
  const [first] = stack.programs.workers;
  if (first === undefined) throw new Error("no worker was started");
  process.kill(first.pid, "SIGKILL");
  await stack.startWorker();
  await done(backlog + burst);

  for (let i = 0; i < 10; i += 1) {
    await handIn(stack.api, "door", backlog + burst + i, 1);
    await pause(150);
  }
  await handIn(stack.api, "door", backlog + burst + 10, burst);
  await done(backlog + 2 * burst + 10);
  await confirmed(stack.api);
  const entries = (await ledgerOf(sim)) as readonly LedgerEntry[];
  const violations = (await Promise.all(["door", "both"].map((name) => costOf(sim, name)))).reduce(
    (sum, cost) => sum + cost.violations,
    0,
  );
  return { ...saturationOf(saturated as readonly LedgerEntry[]), ...totalsOf(entries), violations };
}

function totalsOf(
  entries: readonly LedgerEntry[],
): Pick<DoorReport, "calls" | "busiestSecond" | "queriesPer50"> {
  const submits = submitsIn(entries);
  const queries = entries.filter(({ account, call: name }) => account === "door" && name === QUERY);
  return {
    calls: entries.length,
    busiestSecond: busiest(submits, 1000),
    queriesPer50: (queries.length / submits.length) * PER_SECOND,
  };
}

function saturationOf(entries: readonly LedgerEntry[]): Pick<DoorReport, "submitsPerSecond" | "leastShare"> {
  const submits = submitsIn(entries);
  const times = submits.map(({ receivedMonotonicMs }) => receivedMonotonicMs);
  // The first calls of an idle account are a burst, and the last ones are what was left.
  const [from, until] = [Math.min(...times) + 1000, Math.max(...times) - 1000];
  const within = submits.filter(({ receivedMonotonicMs: at }) => at >= from && at < until);
  const windowMs = Math.min(WINDOW_MS, until - from);
  return {
    submitsPerSecond: (within.length / (until - from)) * 1000,
    leastShare: slackest(submits, windowMs, [from, until]) / ((PER_SECOND * windowMs) / 1000),
  };
}

function submitsIn(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return entries.filter((entry) => entry.account === "door" && entry.call === SUBMIT);
}

/** Resolves when nothing of it waits for an answer any more. */
async function confirmed(api: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const rest = async (): Promise<number> => {
    const { items } = await call<Accounts>(api, "GET", "/v1/accounts");
    const lanes = items.filter(({ account }) => account === "door").flatMap((each) => each.lanes);
    return lanes.reduce((sum, { pending, inFlight, running }) => sum + pending + inFlight + running, 0);
  };
  while ((await rest()) > 0) {
    if (performance.now() > until) throw new Error("not everything was confirmed");
    await pause(200);
  }
}

async function handIn(api: string, name: string, first: number, count: number): Promise<void> {
  for (let from = first; from < first + count; from += INTENT) {
    const urls = oneHostEach(name, from, Math.min(INTENT, first + count - from));
    await call(api, "POST", "/v1/intents", { op: "purge", urls });
  }
}

async function fault(sim: string, what: unknown): Promise<void> {
  await call(sim, "POST", "/_sim/faults", what);
}

/** Resolves when the account's provider has taken on so many URLs. */
function waiter(sim: string): (urls: number) => Promise<void> {
  return async (urls) => {
    const until = performance.now() + PATIENCE_MS;
    while ((await costOf(sim, "door")).units < urls) {
      if (performance.now() > until) throw new Error(`the provider has not got ${urls} URLs`);
      await pause(100);
    }
  };
}
