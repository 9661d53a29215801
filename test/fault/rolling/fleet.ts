import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "@purgeline/testkit";
import { freePort } from "../../cli/free-port.ts";
import { type Running, startPurgeline } from "../../cli/program.ts";

/** One version's api and worker. */
export interface Crew {
  /** Resolves when both serve. */
  start(): Promise<void>;
  /** SIGTERM, one after the other; what each ended with, and how long it took. */
  stop(): Promise<readonly Ending[]>;
}

export interface Ending {
  readonly role: string;
  readonly code: number | null;
  readonly ms: number;
}

/** Two versions on one Redis, and the provider that they work for. */
export interface Fleet {
  readonly apiUrls: readonly [string, string];
  readonly simUrl: string;
  readonly old: Crew;
  readonly new: Crew;
  readonly callLog: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** `entries`: the programs' main files, the older one first. */
export async function openFleet(entries: readonly [string, string]): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-rolling-"));
  const redis = await startRedis({ appendfsync: "always" });
  const [ali, tc, first, second] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const running = new Set<Running>();
  const launch = async (
    entry: string,
    role: string,
    port: number,
    ...args: readonly string[]
  ): Promise<Running> => {
    const file = join(folder, `${role}-${port}.yaml`);
    await writeFile(file, configuration(redis.url, port, [ali, tc]));
    const started = startPurgeline([role, "-c", file, ...args], { entry });
    running.add(started);
    void started.ended.then(() => running.delete(started));
    await started.until(role === "sim" ? "plays tc" : '"process.ready"');
    return started;
  };
  const crew = (entry: string, port: number): Crew => {
    let mine: readonly (readonly [string, Running])[] = [];
    return {
      async start() {
        const [api, worker] = await Promise.all([launch(entry, "api", port), launch(entry, "worker", port)]);
        mine = [
          ["api", api],
          ["worker", worker],
        ];
      },
      async stop() {
        const endings: Ending[] = [];
        for (const [role, { child, ended }] of mine) {
          const startedAt = performance.now();
          child.kill("SIGTERM");
          endings.push({ role, code: await ended, ms: performance.now() - startedAt });
        }
        return endings;
      },
    };
  };
  const callLog = join(folder, "calls.jsonl");
  await launch(entries[1], "sim", 0, "--log", callLog);
  return {
    simUrl: `http://127.0.0.1:${ali}`,
    apiUrls: [`http://127.0.0.1:${first}`, `http://127.0.0.1:${second}`],
    old: crew(entries[0], first),
    new: crew(entries[1], second),
    callLog,
    folder,
    async close() {
      const left = [...running];
      for (const { child } of left) child.kill("SIGKILL");
      await Promise.all(left.map(({ ended }) => ended));
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(redis: string, port: number, simPorts: readonly [number, number]): string {
  // Nothing but the rates holds the load up.
  const much = 100_000_000;
  const lanes = `{ purge-url: { perDomainPerMinute: ${much} }, prefetch-url: { perDomainPerMinute: ${much} } }`;
  const account = (name: string, provider: string, simPort: number): string =>
    `  - { name: ${name}, provider: ${provider}, endpoint: "http://127.0.0.1:${simPort}", hosts: [a.example.com], ` +
    `credentials: { ak: rolling-id, sk: rolling-secret }, quota: { url: ${much}, prefetch: ${much} }, ` +
    `limits: { lanes: ${lanes} } }\n`;
  return `redis: { url: "${redis}", prefix: rolling }
http: { port: ${port} }
accounts:
${account("ali", "alibaba-cdn", simPorts[0])}${account("tc", "tencent-cdn", simPorts[1])}`;
}
