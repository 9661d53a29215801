import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisOptions, type RedisServer, startRedis } from "@purgeline/testkit";
import { freePort } from "../../cli/free-port.ts";
import { type Link, openLink } from "../link.ts";
import { type Role, role } from "./role.ts";

/** The whole service as processes of its own, and the provider that it works for. */
export interface World {
  readonly redis: RedisServer;
  /** The ways on which it is reached: the first by the first api and worker, the second by the others. */
  readonly redisLinks: readonly [Link, Link];
  /** A board of its own, on one of these ways; not started. */
  board(way: 1 | 2): Role;
  readonly apis: readonly [Role, ...Role[]];
  readonly workers: readonly [Role, ...Role[]];
  readonly apiUrls: readonly [string, ...string[]];
  /** Any origin of the simulators: each controls all of them. */
  readonly simUrl: string;
  /** The provider's own log of calls. */
  readonly callLog: string;
  readonly folder: string;
  close(): Promise<void>;
}

const PAGES_HOST = "a.example.com";
const DIRECTORIES_HOST = "d.example.com";

/** The accounts that a target has to reach. */
export function accountsOf(target: string): readonly string[] {
  return URL.parse(target)?.hostname === DIRECTORIES_HOST ? ["v2"] : ["ali", "tc"];
}

export const pageUrl = (page: number): string => `https://${PAGES_HOST}/${page}`;
/** At an account whose list of tasks names no ids, and tells soft purges not from hard ones. */
export const directoryUrl = (directory: number): string => `https://${DIRECTORIES_HOST}/${directory}/`;

const KEYS = "{ accessKeyId: campaign-id, accessKeySecret: campaign-secret }";
const READY_MS = 120_000;

function accounts(simPorts: readonly number[]): string {
  return `accounts:
  - name: ali
    provider: alibaba-cdn
    endpoint: http://127.0.0.1:${simPorts[0]}
    credentials: ${KEYS}
    hosts: [${PAGES_HOST}]
    quota: { url: 100000000, prefetch: 100000000 }
    limits: { lanes: { purge-url: { perDomainPerMinute: 100000000 }, prefetch-url: { perDomainPerMinute: 100000000 } } }
  - name: tc
    provider: tencent-cdn
    endpoint: http://127.0.0.1:${simPorts[1]}
    credentials: ${KEYS}
    hosts: [${PAGES_HOST}]
    quota: { url: 100000000, prefetch: 100000000 }
  - name: v2
    provider: tencent-cdn
    signature: v2-sha256
    endpoint: http://127.0.0.1:${simPorts[2]}
    credentials: ${KEYS}
    hosts: [${DIRECTORIES_HOST}]
    quota: { directory: 100000000 }
`;
}

/** Two apis, two workers, a Redis (by default one that loses nothing), three providers; resolves when all of them serve. */
export async function openWorld(options: RedisOptions = { appendfsync: "always" }): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-campaign-"));
  const redis = await startRedis(options);
  const redisLinks = [await openLink(redis.port), await openLink(redis.port)] as const;
  const [simA, simB, simC] = [await freePort(), await freePort(), await freePort()];
  const [apiA, apiB] = [await freePort(), await freePort()];
  const at = (name: string): string => join(folder, name);
  const write = async (name: string, { port }: Link, httpPort: number): Promise<string> => {
    const head = `redis: { url: "redis://127.0.0.1:${port}", prefix: campaign }
http: { host: 127.0.0.1, port: ${httpPort} }
board: { host: 127.0.0.1, port: 0 }
`;
    await writeFile(at(`${name}.yaml`), head + accounts([simA, simB, simC]));
    return at(`${name}.yaml`);
  };
  const callLog = at("calls.jsonl");
  const sim = role(
    "sim",
    ["sim", "-c", await write("sim", redisLinks[0], 0), "--log", callLog],
    at("sim.log"),
  );
  const apis = [
    role("api 1", ["api", "-c", await write("api-1", redisLinks[0], apiA)], at("api-1.log")),
    role("api 2", ["api", "-c", await write("api-2", redisLinks[1], apiB)], at("api-2.log")),
  ] as const;
  const workers = [
    role("worker 1", ["worker", "-c", await write("worker-1", redisLinks[0], 0)], at("worker-1.log")),
    role("worker 2", ["worker", "-c", await write("worker-2", redisLinks[1], 0)], at("worker-2.log")),
  ] as const;
  const everybody: Role[] = [sim, ...apis, ...workers];
  for (const each of everybody) each.start();
  const apiUrls = [`http://127.0.0.1:${apiA}`, `http://127.0.0.1:${apiB}`] as const;
  const simUrl = `http://127.0.0.1:${simA}`;
  const close = async (): Promise<void> => {
    await Promise.all(everybody.map((each) => each.kill()));
    for (const link of redisLinks) await link.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all([...apiUrls.map((url) => `${url}/readyz`), `${simUrl}/_sim/stats`].map(served));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    redis,
    redisLinks,
    board(way) {
      const board = role(`board ${way}`, ["board", "-c", at(`worker-${way}.yaml`)], at(`board-${way}.log`));
      everybody.push(board);
      return board;
    },
    apis,
    workers,
    apiUrls,
    simUrl,
    callLog,
    folder,
    close,
  };
}

async function served(url: string): Promise<void> {
  const until = performance.now() + READY_MS;
  for (;;) {
    const reply = await fetch(url).catch(() => null);
    if (reply?.ok === true) return;
    if (performance.now() > until) throw new Error(`${url} does not serve after ${READY_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
