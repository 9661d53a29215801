import { setTimeout as pause } from "node:timers/promises";
import { call } from "../../real-input/producers.ts";
import { type Place, type Stack, startStack } from "../../stack.ts";
import { ledgerOf } from "../arrivals.ts";
import { leanPoster } from "../lean-post.ts";
import { costOf } from "../provider-stats.ts";
import { quantile } from "../quantile.ts";
import { AS_EMBEDDED } from "../redis-as-embedded.ts";
import { callForEach, type Outlay, script, windows } from "../rivals.ts";
import type { Bench, Measured, Row, Scenario } from "../scenario.ts";
import { traceOf, type Wish } from "../trace.ts";

/** What waiting for company saves, of the day's quota and of calls, on a trace such as a shop makes. */
export const coalescing: Scenario = { name: "coalescing", run };

/** One whose first 5 s hold a release and a template already: a small run has something of everything. */
const SEED = 225;
const SECONDS = 120;
const FEWEST_SECONDS = 5;
/** Each an account of its own, and all get the same intents at the same time. */
const QUIET_MS = [0, 200, 500, 1000, 2000] as const;
/** As the defaults of both are to each other. */
const MAX_WAIT_TIMES_QUIET = 10;
const DEFAULT_QUIET_MS = 200;
const WINDOW_MS = 1000;
/** Refresh.py of 2025-08-15. */
const SCRIPT_URLS_A_CALL = 20;
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 200;

function account(quietMs: number, { endpoint }: Place): string {
  const name = nameOf(quietMs);
  return `{ name: ${name}, provider: alibaba-cdn, endpoint: "${endpoint}", credentials: { accessKeyId: ${name}, accessKeySecret: secret }, hosts: ["*.shop.example.com"], coalesce: { quietMs: ${quietMs}, maxWaitMs: ${quietMs * MAX_WAIT_TIMES_QUIET} }, quota: { url: 100000000, directory: 100000000 } }`;
}

function nameOf(quietMs: number): string {
  return `quiet-${quietMs}`;
}

async function run({ scale, say }: Bench): Promise<Measured> {
  const trace = traceOf({ seed: SEED, seconds: Math.max(FEWEST_SECONDS, SECONDS * scale) });
  const stack = await startStack({
    providers: { sim: (place) => QUIET_MS.map((quietMs) => account(quietMs, place)) },
    redis: AS_EMBEDDED,
  });
  try {
    say(`${trace.length} intents, in their own time`);
    const asked = await play(stack.api, trace);
    const ours = await outlays(stack, asked);
    return judged(trace, ours);
  } finally {
    await stack.stop();
  }
}

/** A wish, and when it was asked for, by this machine's clock. */
interface Asked extends Wish {
  readonly askedAtMs: number;
}

async function play(api: string, trace: readonly Wish[]): Promise<readonly Asked[]> {
  const poster = leanPoster(`${api}/v1/intents`);
  const asked: Promise<Asked>[] = [];
  const startedAt = performance.now();
  try {
    for (const wish of trace) {
      const early = startedAt + wish.atMs - performance.now();
      if (early > 0) await pause(early);
      const { urls, directories } = wish;
      const askedAtMs = Date.now();
      const targets = {
        ...(urls.length > 0 ? { urls } : {}),
        ...(directories.length > 0 ? { directories } : {}),
      };
      asked.push(poster.post({ op: "purge", ...targets }).then(() => ({ ...wish, askedAtMs })));
    }
    return await Promise.all(asked);
  } finally {
    poster.close();
  }
}

/** By quietMs, once every target of every account has been sent or covered. */
async function outlays(stack: Stack, asked: readonly Asked[]): Promise<ReadonlyMap<number, Outlay>> {
  const { sim = "" } = stack.providers;
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const sent = await sentBy(sim);
    const waits = QUIET_MS.map((quietMs) => waitsOf(asked, sent.get(nameOf(quietMs)) ?? new Map()));
    if (waits.every((each) => !each.some(Number.isNaN))) {
      const found = QUIET_MS.map(async (quietMs, i) => {
        const { submits } = await costOf(sim, nameOf(quietMs));
        const units = await unitsOf(sim, nameOf(quietMs));
        return [quietMs, { submits, ...units, waitsMs: waits[i] ?? [] }] as const;
      });
      return new Map(await Promise.all(found));
    }
    if (performance.now() > until) throw new Error(`not all was sent within ${PATIENCE_MS} ms`);
    await pause(LOOK_EVERY_MS);
  }
}

/** By account and item, when it arrived, oldest first. */
type Sent = ReadonlyMap<string, readonly number[]>;

async function sentBy(sim: string): Promise<ReadonlyMap<string, Sent>> {
  const sent = new Map<string, Map<string, number[]>>();
  for (const { account: name, call: called, items, receivedAt } of await ledgerOf(sim)) {
    if (name === null || called !== "RefreshObjectCaches") continue;
    const own = sent.get(name) ?? new Map<string, number[]>();
    sent.set(name, own);
    for (const item of items) own.set(item, [...(own.get(item) ?? []), Date.parse(receivedAt)]);
  }
  return sent;
}

/** From each target's asking until the first call after it that carries it or a directory above it; NaN: none yet. */
function waitsOf(asked: readonly Asked[], sent: Sent): readonly number[] {
  return asked.flatMap(({ askedAtMs, urls, directories }) =>
    [...urls, ...directories].map((target) => {
      const calls = [target, `${target.slice(0, target.lastIndexOf("/"))}/`].flatMap(
        (each) => sent.get(each) ?? [],
      );
      const later = calls.filter((atMs) => atMs >= askedAtMs);
      return later.length === 0 ? Number.NaN : Math.min(...later) - askedAtMs;
    }),
  );
}

interface Quotas {
  readonly accounts: readonly {
    readonly account: string;
    readonly quotas: readonly { readonly class: string; readonly used: number }[];
  }[];
}

/** By the provider's own count. */
async function unitsOf(sim: string, name: string) {
  const { accounts } = await call<Quotas>(sim, "GET", "/_sim/quota");
  const quotas = accounts.find((each) => each.account === name)?.quotas ?? [];
  const used = (kind: string): number => quotas.find((each) => each.class === kind)?.used ?? Number.NaN;
  return { urlUnits: used("url"), directoryUnits: used("directory") };
}

function judged(trace: readonly Wish[], ours: ReadonlyMap<number, Outlay>): Measured {
  const each = callForEach(trace);
  const byScript = script(trace, SCRIPT_URLS_A_CALL);
  const byWindow = windows(trace, WINDOW_MS);
  const row = (name: string, outlay: Outlay): Row => rowOf(name, outlay, trace.length);
  const atDefault = ours.get(DEFAULT_QUIET_MS) ?? each;
  const share = (name: string, what: (outlay: Outlay) => number, rival: Outlay) => ({
    name: `${name}, quietMs ${DEFAULT_QUIET_MS}`,
    value: what(atDefault) / what(rival),
    atMost: 1,
  });
  return {
    rows: [
      row("a call for each target", each),
      row("the provider's script, for each intent", byScript),
      row("a fixed window of 1 s", byWindow),
      ...[...ours].map(([quietMs, outlay]) => row(`Purgeline, quietMs ${quietMs}`, outlay)),
    ],
    ratios: [
      share("URL units, against a call for each target", ({ urlUnits }) => urlUnits, each),
      share("URL units, against a fixed window of 1 s", ({ urlUnits }) => urlUnits, byWindow),
      share(
        "directory units, against a fixed window of 1 s",
        ({ directoryUnits }) => directoryUnits,
        byWindow,
      ),
      share("submits, against the provider's script", ({ submits }) => submits, byScript),
    ],
    charts: [
      curve(
        "URL units saved",
        "% of one for each target",
        ours,
        ({ urlUnits }) => 100 * (1 - urlUnits / each.urlUnits),
      ),
      curve("Wait for the call, p50", "ms", ours, ({ waitsMs }) => quantile(waitsMs ?? [], 0.5)),
    ],
  };
}

function rowOf(name: string, { submits, urlUnits, directoryUnits, waitsMs }: Outlay, intents: number): Row {
  const waits =
    waitsMs === null ? {} : { "wait p50Ms": quantile(waitsMs, 0.5), "wait p99Ms": quantile(waitsMs, 0.99) };
  return {
    name,
    figures: {
      "URL units": urlUnits,
      "directory units": directoryUnits,
      "URL units per intent": urlUnits / intents,
      "submits per intent": submits / intents,
      ...waits,
    },
  };
}

function curve(
  title: string,
  yTitle: string,
  ours: ReadonlyMap<number, Outlay>,
  what: (outlay: Outlay) => number,
) {
  return {
    title,
    kind: "line" as const,
    xTitle: "quietMs",
    labels: [...ours.keys()].map(String),
    yTitle,
    values: [...ours.values()].map(what),
  };
}
