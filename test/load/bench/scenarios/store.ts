import { startRedis } from "@purgeline/testkit";
import { Redis } from "ioredis";
import type { Contender } from "../contender.ts";
import { plainestLua } from "../plainest-lua.ts";
import { purgelineStore } from "../purgeline-store.ts";
import { cpuOf, memoryOf } from "../redis-figures.ts";
import type { Bench, Measured, Ratio, Row, Scenario } from "../scenario.ts";

/** What a target costs Redis from its staging to its end, against the least that a queue in Lua does. */
export const store: Scenario = { name: "store", run };

const BACKLOGS = [1_000, 100_000, 2_000_000];
/** Targets of an intent, and of a batch. */
const EACH = 1_000;
const ROUNDS = 60;
const FEWEST_ROUNDS = 5;
const WARM_UP_ROUNDS = 5;
const HOSTS = 300;
const STAGED_AT_ONCE = 4;
const LEAST_SPEED = 0.5;
const MOST_GROWTH = 1.25;
/** Of memory for a pending target, beside the characters of its key. */
const MOST_BYTES = 150;

interface Server {
  readonly connection: Redis;
  readonly subscriber: Redis;
}

async function run({ scale, say }: Bench): Promise<Measured> {
  // A rewrite of the file would fall into some rounds and not into others.
  const redis = await startRedis({ appendfsync: "always", config: { "auto-aof-rewrite-percentage": "0" } });
  const join = (): Redis => new Redis({ path: redis.path });
  const server = { connection: join(), subscriber: join() };
  try {
    return await measure(server, backlogsAt(scale), Math.max(FEWEST_ROUNDS, Math.round(ROUNDS * scale)), say);
  } finally {
    for (const link of Object.values(server)) link.disconnect();
    await redis.stop();
  }
}

function backlogsAt(scale: number): readonly number[] {
  return [...new Set(BACKLOGS.map((most) => Math.max(EACH, Math.round((most * scale) / EACH) * EACH)))];
}

async function measure(
  { connection, subscriber }: Server,
  backlogs: readonly number[],
  rounds: number,
  say: Bench["say"],
): Promise<Measured> {
  const floor = await plainestLua(connection, EACH);
  const ours = await purgelineStore(connection, subscriber);
  const both = [floor, ours];
  // The scripts themselves take memory once.
  await turns(both, connection, WARM_UP_ROUNDS);
  const found: Found[] = [];
  let pending = 0;
  for (const backlog of backlogs) {
    say(`${backlog} targets are pending`);
    await fill(floor, backlog - pending);
    const bytes = await memoryOf(connection);
    await fill(ours, backlog - pending);
    const bytesEach = ((await memoryOf(connection)) - bytes) / (backlog - pending) - urlAt(0).length;
    pending = backlog;
    // What the filling left behind is no part of it.
    await turns(both, connection, WARM_UP_ROUNDS);
    const [plainest = NOTHING, purgeline = NOTHING] = await turns(both, connection, rounds);
    found.push({ backlog, plainest, purgeline, bytesEach });
  }
  ours.close();
  return { rows: found.flatMap(rowsOf), ratios: ratiosOf(found) };
}

/** By step, ms of Redis's CPU a batch. */
type Costs = ReadonlyMap<string, number>;
const NOTHING: Costs = new Map();

interface Found {
  readonly backlog: number;
  readonly plainest: Costs;
  readonly purgeline: Costs;
  /** Of Purgeline's memory for a pending target, beside its key. */
  readonly bytesEach: number;
}

/** An intent comes and a batch goes, by turns, so that whatever else the machine does hits all of them. */
async function turns(
  contenders: readonly Contender[],
  connection: Redis,
  rounds: number,
): Promise<readonly Costs[]> {
  const costs = contenders.map(() => new Map<string, number>());
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, { stage, steps }] of contenders.entries()) {
      const urls = someUrls();
      for (const [name, step] of Object.entries({ stage: () => stage(urls), ...steps })) {
        const before = await cpuOf(connection);
        await step();
        const spent = (await cpuOf(connection)) - before;
        costs[i]?.set(name, (costs[i].get(name) ?? 0) + spent / rounds);
      }
    }
  }
  return costs;
}

let urlsMade = 0;

/** As a deploy names its files: a thousand of one host, no two alike, all of one length. */
function urlAt(n: number): string {
  const host = `www${String(Math.floor(n / EACH) % HOSTS).padStart(3, "0")}.example.com`;
  return `https://${host}/assets/2026-11-21/chunk-${String(n).padStart(9, "0")}.js`;
}

function someUrls(): readonly string[] {
  const urls = Array.from({ length: EACH }, (_, i) => urlAt(urlsMade + i));
  urlsMade += EACH;
  return urls;
}

async function fill({ stage }: Contender, targets: number): Promise<void> {
  let left = targets;
  const stageSome = async (): Promise<void> => {
    while (left > 0) {
      left -= EACH;
      await stage(someUrls());
    }
  };
  await Promise.all(Array.from({ length: STAGED_AT_ONCE }, stageSome));
}

function together(costs: Costs): number {
  return [...costs.values()].reduce((sum, ms) => sum + ms, 0);
}

function rowsOf({ backlog, plainest, purgeline, bytesEach }: Found): readonly Row[] {
  const pending = backlog.toLocaleString("en");
  const figuresOf = (costs: Costs): Row["figures"] => ({
    ...Object.fromEntries([...costs].map(([step, ms]) => [`${step}Ms`, ms])),
    togetherMs: together(costs),
  });
  return [
    {
      name: `Purgeline, ${pending} pending`,
      figures: { ...figuresOf(purgeline), "bytes a target": bytesEach },
    },
    { name: `plainest Lua, ${pending} pending`, figures: figuresOf(plainest) },
  ];
}

function ratiosOf(found: readonly Found[]): readonly Ratio[] {
  const [first] = found;
  return found.flatMap((each) => {
    const pending = `${each.backlog.toLocaleString("en")} pending`;
    const speed = {
      name: `speed, ${pending}, against the plainest Lua`,
      value: together(each.plainest) / together(each.purgeline),
      atLeast: LEAST_SPEED,
    };
    const memory = {
      name: `memory beside the key, ${pending}, against ${MOST_BYTES} bytes`,
      value: each.bytesEach / MOST_BYTES,
      atMost: 1,
    };
    if (first === undefined || first === each) return [speed, memory];
    const grown = (costs: "plainest" | "purgeline"): number => together(each[costs]) / together(first[costs]);
    const growth = {
      name: `growth to ${pending}, against the plainest Lua's`,
      value: grown("purgeline") / grown("plainest"),
      atMost: MOST_GROWTH,
    };
    return [speed, growth, memory];
  });
}
