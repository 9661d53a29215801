import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Chance } from "./chance.ts";
import type { Role } from "./role.ts";
import type { World } from "./world.ts";

/** One way to break the world. It has mended what it broke when it resolves. */
export interface Fault {
  readonly name: string;
  /** What it breaks: one fault of each side strikes at a time. */
  readonly side: "service" | "provider";
  /** Processes that it kills with SIGKILL. */
  readonly kills: number;
  strike(world: World, chance: Chance): Promise<void>;
}

/** Longer than BullMQ's lock (15 s): the stalled process wakes up to find that others have its work. */
const BEYOND_THE_LOCK_MS = 17_000;
/** A deploy's patience: then it would be killed. */
const GRACE_MS = 30_000;

const BOTH = ["requests", "answers"] as const;
const HOUR_MS = 3_600_000;
const JUMPS_MS = [HOUR_MS, -HOUR_MS, 3 * 24 * HOUR_MS, -3 * 24 * HOUR_MS] as const;

/** A clock that is set wrong, and set right again. */
async function clockJump(which: Role, chance: Chance): Promise<void> {
  which.shiftClock(chance.one(JUMPS_MS));
  await pause(chance.between(1_000, 4_000));
  which.shiftClock(0);
}

/** Settings by which a Redis rests at each command that it loads, and answers LOADING meanwhile. */
const SLOW_START = { "key-load-delay": "50", "loading-process-events-interval-bytes": "1024" };

async function killed(which: Role, chance: Chance): Promise<void> {
  await which.kill();
  await pause(chance.between(0, 1_000));
  which.start();
}

async function frozen(which: Role, ms: number): Promise<void> {
  which.freeze();
  await pause(ms);
  which.thaw();
}

/** Before it serves, SIGTERM ends it as any program, which nobody waits for. */
async function deployed(which: Role): Promise<void> {
  await which.ready();
  const { code, ms } = await which.stop();
  which.start();
  if (code !== 0 || ms > GRACE_MS)
    throw new Error(`${which.name} ended with ${code} after ${ms.toFixed(0)} ms of SIGTERM`);
}

/** Commands to the Redis under attack; nobody waits for one that it does not answer. */
async function command(world: World, ...args: readonly [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(world.redis.url, { enableReadyCheck: false, retryStrategy: () => null });
  redis.on("error", () => undefined);
  const [name, ...rest] = args;
  try {
    return await redis.call(name, ...rest);
  } finally {
    redis.disconnect();
  }
}

async function deleteKeys(world: World, pattern: string): Promise<void> {
  const keys = (await command(world, "KEYS", pattern)) as string[];
  for (let from = 0; from < keys.length; from += 500) {
    const [first, ...rest] = keys.slice(from, from + 500);
    if (first !== undefined) await command(world, "DEL", first, ...rest);
  }
}

async function provider(world: World, fault: Readonly<Record<string, unknown>>): Promise<void> {
  const reply = await fetch(`${world.simUrl}/_sim/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fault),
  });
  if (!reply.ok) throw new Error(`the simulator refuses the fault: ${await reply.text()}`);
}

/** Whatever it has not struck with is taken back. */
async function forAWhile(
  world: World,
  fault: Readonly<Record<string, unknown>>,
  chance: Chance,
): Promise<void> {
  await provider(world, fault);
  await pause(chance.between(500, 2_000));
  await fetch(`${world.simUrl}/_sim/faults`, { method: "DELETE" });
}

function providerFault(name: string, fault: Readonly<Record<string, unknown>>): Fault {
  return { name, side: "provider", kills: 0, strike: (world, chance) => forAWhile(world, fault, chance) };
}

export const FAULTS: readonly [Fault, ...Fault[]] = [
  {
    name: "api killed",
    side: "service",
    kills: 1,
    strike: (world, chance) => killed(chance.one(world.apis), chance),
  },
  {
    name: "worker killed",
    side: "service",
    kills: 1,
    strike: (world, chance) => killed(chance.one(world.workers), chance),
  },
  {
    name: "every worker killed",
    side: "service",
    kills: 2,
    strike: async (world, chance) =>
      void (await Promise.all(world.workers.map((each) => killed(each, chance)))),
  },
  {
    name: "Redis killed",
    side: "service",
    kills: 1,
    async strike(world, chance) {
      await world.redis.kill();
      await pause(chance.between(0, 1_000));
      await world.redis.restart();
    },
  },
  {
    name: "Redis loads its data",
    side: "service",
    kills: 1,
    async strike(world, chance) {
      await world.redis.kill();
      const restarted = world.redis.restart(SLOW_START);
      await pause(chance.between(500, 2_000));
      await command(world, "CONFIG", "SET", "key-load-delay", "0");
      await restarted;
    },
  },
  {
    name: "Redis far away",
    side: "service",
    kills: 0,
    async strike(world, chance) {
      const link = chance.one(world.redisLinks);
      for (const direction of BOTH) link.delay(direction, chance.between(5, 40));
      await pause(chance.between(500, 2_000));
      for (const direction of BOTH) link.delay(direction, 0);
    },
  },
  {
    name: "one direction to Redis stalled",
    side: "service",
    kills: 0,
    async strike(world, chance) {
      const link = chance.one(world.redisLinks);
      link.stall(chance.one(BOTH));
      await pause(chance.between(200, 4_000));
      link.flow();
    },
  },
  {
    name: "connections to Redis reset on the way",
    side: "service",
    kills: 0,
    strike: async (world, chance) => chance.one(world.redisLinks).reset(),
  },
  {
    name: "a worker's clock jumps",
    side: "service",
    kills: 0,
    strike: (world, chance) => clockJump(chance.one(world.workers), chance),
  },
  {
    name: "an api's clock jumps",
    side: "service",
    kills: 0,
    strike: (world, chance) => clockJump(chance.one(world.apis), chance),
  },
  {
    name: "worker stalled beyond its lock",
    side: "service",
    kills: 0,
    strike: (world, chance) => frozen(chance.one(world.workers), BEYOND_THE_LOCK_MS),
  },
  {
    name: "api stalled",
    side: "service",
    kills: 0,
    strike: (world, chance) => frozen(chance.one(world.apis), chance.between(500, 4_000)),
  },
  {
    name: "Redis stalled",
    side: "service",
    kills: 0,
    async strike(world, chance) {
      world.redis.freeze();
      await pause(chance.between(200, 4_000));
      world.redis.thaw();
    },
  },
  {
    name: "Redis read-only",
    side: "service",
    kills: 0,
    async strike(world, chance) {
      await command(world, "REPLICAOF", "127.0.0.1", "1");
      await pause(chance.between(200, 2_000));
      await command(world, "REPLICAOF", "NO", "ONE");
    },
  },
  {
    name: "Redis out of memory",
    side: "service",
    kills: 0,
    async strike(world, chance) {
      await command(world, "CONFIG", "SET", "maxmemory", "1mb");
      await pause(chance.between(200, 2_000));
      await command(world, "CONFIG", "SET", "maxmemory", "0");
    },
  },
  {
    name: "connections to Redis reset",
    side: "service",
    kills: 0,
    strike: async (world) => void (await command(world, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")),
  },
  {
    name: "scripts forgotten",
    side: "service",
    kills: 0,
    strike: async (world) => void (await command(world, "SCRIPT", "FLUSH")),
  },
  {
    name: "every BullMQ key lost",
    side: "service",
    kills: 0,
    strike: (world) => deleteKeys(world, "{campaign}:*"),
  },
  {
    name: "worker deployed",
    side: "service",
    kills: 0,
    strike: (world, chance) => deployed(chance.one(world.workers)),
  },
  {
    name: "api deployed",
    side: "service",
    kills: 0,
    strike: (world, chance) => deployed(chance.one(world.apis)),
  },
  providerFault("provider's replies lost", { kind: "drop-reply", times: 5 }),
  providerFault("requests lost on the way", { kind: "drop-request", times: 5 }),
  providerFault("provider answers 500 after applying", {
    kind: "reply",
    status: 500,
    applied: true,
    times: 5,
  }),
  providerFault("provider answers with an HTML page", { kind: "reply", times: 5 }),
  providerFault("provider throttles", { kind: "throttle", times: 20 }),
  providerFault("provider never answers", { kind: "hang", applied: true, times: 2 }),
  providerFault("provider slow", { kind: "latency", ms: 1_500, times: 20 }),
  providerFault("provider answers seconds late", { kind: "latency", ms: 4_000, times: 5 }),
  providerFault("provider applies seconds late", { kind: "slow-call", ms: 4_000, times: 5 }),
  providerFault("tasks do not end for a while", { kind: "lazy-status", times: 20 }),
  providerFault("tasks vanish for a while", { kind: "vanish-task", times: 20 }),
];
