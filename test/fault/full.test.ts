import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../cli/free-port.ts";
import { type Role, role } from "./campaign/role.ts";

/** Beside scripts, connections and BullMQ's keys, some 4 MB, there is room for some 2,500 intents of one target. */
const MAX_MEMORY_MB = 16;
const AT_ONCE = 16;
const READY_MS = 60_000;
const ENDS = new Set(["confirmed", "failed", "partial", "unconfirmed", "cancelled"]);

let folder = "";
let redis: RedisServer | null = null;
const roles: Role[] = [];
afterEach(async () => {
  await Promise.all(roles.splice(0).map((each) => each.kill()));
  await redis?.stop();
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

interface World {
  readonly api: string;
  readonly sim: string;
  readonly log: (name: string) => Promise<string>;
  start(name: "api" | "worker"): Promise<void>;
}

async function openWorld(): Promise<World> {
  folder = await mkdtemp(join(tmpdir(), "purgeline-full-"));
  redis = await startRedis({ config: { maxmemory: `${MAX_MEMORY_MB}mb`, "maxmemory-policy": "noeviction" } });
  const [http, sim] = [await freePort(), await freePort()];
  const file = join(folder, "purgeline.yaml");
  await writeFile(
    file,
    `redis: { url: "${redis.url}", prefix: full }
http: { port: ${http} }
accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: http://127.0.0.1:${sim}
    credentials: { accessKeyId: full-id, accessKeySecret: full-secret }
    hosts: [a.example.com]
    quota: { url: 100000000 }
    limits: { lanes: { purge-url: { perDomainPerMinute: 100000000 } } }
`,
  );
  const logOf = (name: string): string => join(folder, `${name}.log`);
  const launch = (name: string): Role => {
    const launched = role(name, [name, "-c", file], logOf(name));
    roles.push(launched);
    launched.start();
    return launched;
  };
  launch("sim");
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${sim}/_sim/stats`).catch(() => null))?.ok, {
      timeout: READY_MS,
    })
    .toBe(true);
  return {
    api: `http://127.0.0.1:${http}`,
    sim: `http://127.0.0.1:${sim}`,
    log: (name) => readFile(logOf(name), "utf8"),
    start: (name) => launch(name).ready(),
  };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: { readonly id?: string; readonly code?: string; readonly state?: string };
}

async function ask(url: string, body?: unknown): Promise<Answer> {
  const posted = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const reply = await fetch(url, body === undefined ? {} : posted);
  const retryAfter = reply.headers.get("retry-after");
  return { status: reply.status, retryAfter, body: (await reply.json()) as Answer["body"] };
}

/** Posts intents, several at once, until one is not taken. */
async function flood(
  { api }: World,
  intentOf: (n: number) => object,
): Promise<{ readonly ids: readonly string[]; readonly refused: Answer }> {
  const ids: string[] = [];
  let refused: Answer | null = null;
  let next = 0;
  const post = async (): Promise<void> => {
    while (refused === null) {
      const answer = await ask(`${api}/v1/intents`, intentOf(next++));
      if (answer.status === 202) ids.push(answer.body.id ?? "");
      else refused ??= answer;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, post));
  if (refused === null) throw new Error("the flood had no end");
  return { ids, refused };
}

/** How many ended how. */
async function ended(world: World, ids: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const states: Record<string, number> = {};
  const left = [...ids];
  const watch = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      let state = "";
      while (!ENDS.has(state)) state = (await ask(`${world.api}/v1/intents/${id}?wait=20`)).body.state ?? "";
      states[state] = (states[state] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, watch));
  return states;
}

const oneTarget = (n: number): object => ({ op: "purge", urls: [`https://a.example.com/${n}`] });
const longTargets = (n: number): object => ({
  op: "purge",
  urls: Array.from({ length: 500 }, (_, i) => `https://a.example.com/${n}/${i}/${"x".repeat(200)}`),
});

/** Takes away what has a time to live, as the days of `history.intents` would. */
async function endHistory(): Promise<void> {
  const client = new Redis(redis?.url ?? "");
  const keys = await client.keys("full:*");
  const lives = await Promise.all(keys.map((key) => client.pttl(key)));
  await Promise.all(keys.filter((_, i) => (lives[i] ?? 0) > 0).map((key) => client.del(key)));
  client.disconnect();
}

describe("a Redis that cannot hold the flood", () => {
  it.each([
    ["intents of one target, which all fail", oneTarget, "failed"],
    ["intents of 500 long targets", longTargets, "confirmed"],
  ])(
    "%s: new work is refused before it is full, what was accepted ends, then the intake opens by itself",
    {
      timeout: 180_000,
    },
    async (_what, intentOf, end) => {
      const world = await openWorld();
      const isFailing = end === "failed";
      if (isFailing) await ask(`${world.sim}/_sim/faults`, { kind: "fail-items", match: "a.example.com" });
      await world.start("api");
      // Nothing is sent before the worker comes.
      const { ids, refused } = await flood(world, intentOf);
      expect(refused).toMatchObject({ status: 503, body: { code: "store-full" } });
      expect(Number(refused.retryAfter)).toBeGreaterThan(0);
      expect(ids.length).toBeGreaterThan(20);
      await world.start("worker");
      expect(await ended(world, ids)).toEqual({ [end]: ids.length });
      for (const name of ["api", "worker"]) expect(await world.log(name)).not.toContain("OOM");
      // Small intents take as much when they have ended: there the history has to go first.
      if (isFailing) {
        expect((await ask(`${world.api}/v1/intents`, intentOf(-1))).status).toBe(503);
        await endHistory();
      }
      await expect.poll(async () => (await ask(`${world.api}/v1/intents`, intentOf(-1))).status).toBe(202);
    },
  );
});
