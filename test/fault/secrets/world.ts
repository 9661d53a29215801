import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { freePort } from "../../cli/free-port.ts";
import { type Role, role } from "../campaign/role.ts";
import { ACCOUNTS, newWord } from "./accounts.ts";
import { type Door, openDoor } from "./door.ts";
import type { Place } from "./search.ts";

export const REDIS_PASSWORD = newWord("Redis's password");
export const TOKENS = {
  ops: newWord("the token ops"),
  shop: newWord("the token shop"),
  eye: newWord("the token eye"),
};

export interface SecretsWorld {
  readonly redis: RedisServer;
  readonly api: string;
  readonly board: string;
  readonly worker: string;
  readonly doors: readonly Door[];
  /** The file that the roles read. */
  readonly config: string;
  readonly folder: string;
  /** What every process has written. */
  logs(): Promise<readonly Place[]>;
  close(): Promise<void>;
}

/** Every role as a process of its own, in front of gossiping providers; resolves when all serve. */
export async function openSecretsWorld(): Promise<SecretsWorld> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-secrets-"));
  const redis = await startRedis({ config: { requirepass: REDIS_PASSWORD } });
  const ports = { http: await freePort(), board: await freePort(), worker: await freePort() };
  const played: string[] = [];
  for (const _ of ACCOUNTS) played.push(`http://127.0.0.1:${await freePort()}`);
  const doors = await Promise.all(ACCOUNTS.map((account, i) => openDoor(account, played[i] ?? "")));
  const at = (name: string): string => join(folder, name);
  const write = async (name: string, endpoints: readonly string[]): Promise<string> => {
    await writeFile(at(name), JSON.stringify(fileOf(redis, ports, endpoints)));
    return at(name);
  };
  const config = await write(
    "purgeline.yaml",
    doors.map((door) => door.origin),
  );
  const sim = role("sim", ["sim", "-c", await write("sim.yaml", played)], at("sim.log"));
  const roles: readonly Role[] = ["api", "worker", "board"].map((name) =>
    role(name, [name, "-c", config], at(`${name}.log`)),
  );
  for (const each of [sim, ...roles]) each.start();
  await Promise.all(roles.map((each) => each.ready()));
  await playing(played[0] ?? "");
  return {
    redis,
    api: `http://127.0.0.1:${ports.http}`,
    board: `http://127.0.0.1:${ports.board}`,
    worker: `http://127.0.0.1:${ports.worker}`,
    doors,
    config,
    folder,
    logs: () =>
      Promise.all(
        ["api", "worker", "board", "sim"].map(async (name) => ({
          name: `log of ${name}`,
          text: await readFile(at(`${name}.log`), "utf8").catch(() => ""),
        })),
      ),
    async close() {
      await Promise.all([...roles, sim].map((each) => each.kill()));
      await Promise.all(doors.map((door) => door.close()));
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fileOf(
  redis: RedisServer,
  ports: { readonly http: number; readonly board: number; readonly worker: number },
  endpoints: readonly string[],
): object {
  return {
    redis: { url: `redis://:${REDIS_PASSWORD}@127.0.0.1:${redis.port}`, prefix: "secrets" },
    http: { port: ports.http },
    board: { port: ports.board },
    worker: { port: ports.worker },
    tokens: [
      { name: "ops", secret: TOKENS.ops, allow: ["admin"] },
      { name: "shop", secret: TOKENS.shop, allow: ["purge", "read"], hosts: ["*.ali.example.com"] },
      { name: "eye", secret: TOKENS.eye, allow: ["read"], hosts: ["elsewhere.example.com"] },
    ],
    accounts: ACCOUNTS.map((account, i) => account.yaml(endpoints[i] ?? "")),
    log: { level: "trace" },
  };
}

async function playing(origin: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const reply = await fetch(`${origin}/_sim/stats`).catch(() => null);
    if (reply?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${origin} does not play`);
}
