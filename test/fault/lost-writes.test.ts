import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type RedisOptions, type RedisServer, startRedis } from "@purgeline/testkit";
import { Redis } from "ioredis";
import { afterEach, expect, it, vi } from "vitest";
import type { ProducerEntry } from "./campaign/producer-ledger.ts";
import { underLoad } from "./campaign/under-load.ts";
import { openWorld, type World } from "./campaign/world.ts";

/** Everysec may lose so much: an fsync may be a second late before Redis waits for it. */
const LOST_MS = 2_000;

let world: World;
let replica: RedisServer | null = null;
afterEach(async () => {
  await world.close();
  await replica?.stop();
  replica = null;
});

interface Disaster {
  readonly redis: RedisOptions;
  /** From now on nothing lasts; what the result does to Redis shows it. */
  begin(): Promise<() => Promise<void>>;
}

/** What the file holds by now is all that the disk has got. */
async function powerCut(): Promise<() => Promise<void>> {
  const folder = join(world.redis.directory, "appendonlydir");
  const name = (await readdir(folder)).find((file) => file.endsWith(".incr.aof"));
  if (name === undefined) throw new Error(`${folder}: expected a file that grows`);
  const { size } = await stat(join(folder, name));
  return async () => {
    await world.redis.kill();
    await truncate(join(folder, name), size);
    // No machine is up again sooner; what is granted in this second may be on the lost end of the log.
    await pause(1_000);
    await world.redis.restart();
  };
}

/** A replica gets nothing more, and takes its master's place. */
async function failover(): Promise<() => Promise<void>> {
  const standIn = await startRedis({ appendfsync: "always" });
  replica = standIn;
  const [from, to] = [new Redis(world.redis.url), new Redis(standIn.url)];
  for (const each of [from, to]) each.on("error", () => undefined);
  await to.replicaof("127.0.0.1", String(world.redis.port));
  await vi.waitFor(async () => expect(await from.wait(1, 1_000)).toBe(1), { timeout: 120_000 });
  await to.replicaof("NO", "ONE");
  for (const each of [from, to]) each.disconnect();
  return async () => {
    await world.redis.kill();
    for (const link of world.redisLinks) {
      link.redirect(standIn.port);
      link.reset();
    }
  };
}

const acceptedIn = (entries: readonly ProducerEntry[]): readonly string[] =>
  entries.flatMap((entry) =>
    entry.entry === "accepted"
      ? [entry.id, ...(entry.followerId === undefined ? [] : [entry.followerId])]
      : [],
  );

const SYNC_AT_ONCE = { "repl-diskless-sync-delay": "0" };
const DISASTERS: readonly (readonly [string, Disaster])[] = [
  [
    "the power is cut, appendfsync always, what was acknowledged before",
    { redis: { appendfsync: "always" }, begin: powerCut },
  ],
  [
    "the power is cut, appendfsync everysec, what was acknowledged 2 s before",
    { redis: { appendfsync: "everysec" }, begin: powerCut },
  ],
  [
    "a replica takes over, what it had got",
    { redis: { appendfsync: "always", config: SYNC_AT_ONCE }, begin: failover },
  ],
];

it.each(DISASTERS)(
  "%s is confirmed, and the rest goes on in order",
  {
    timeout: 480_000,
  },
  async (_what, { redis, begin }) => {
    world = await openWorld(redis);
    const { verdict, kept, afterwards } = await underLoad(
      world,
      { seed: 5, producers: 4 },
      async (ledgers) => {
        const accepted = () => acceptedIn(ledgers.producers());
        const more = async (count: number): Promise<void> => {
          const before = accepted().length;
          await vi.waitFor(() => expect(accepted().length).toBeGreaterThan(before + count), {
            timeout: 120_000,
          });
        };
        await more(10);
        const before = accepted();
        const strike = await begin();
        // Written to a server, or a file, that is about to be lost: as much as everysec may lose.
        await Promise.all([pause(LOST_MS), more(2)]);
        const lastly = accepted();
        await strike();
        await more(3);
        return { strikes: [], kept: new Set(before), afterwards: lastly.length - before.length };
      },
    );
    expect(afterwards).toBeGreaterThan(0);
    expect(verdict.lost.length).toBeGreaterThan(0);
    expect(verdict.lost.filter((id) => kept.has(id))).toEqual([]);
    const { hung, failed, stale, unordered, overLimit } = verdict;
    expect({ hung, failed, stale, unordered, overLimit }).toEqual({
      hung: [],
      failed: [],
      stale: [],
      unordered: [],
      overLimit: [],
    });
  },
);
