import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisOptions, type RedisServer, startRedis } from "@purgeline/testkit";
import { freePort } from "../cli/free-port.ts";
import { type Program, startProgram } from "./program.ts";
import { call } from "./real-input/producers.ts";

/** Where a provider's accounts are, and for whom the file is: the service, or the simulator that plays them. */
export interface Place {
  readonly endpoint: string;
  readonly isPlayed: boolean;
}

export interface StackPlan {
  /** By the provider's name here, each a process of its own: its accounts as YAML, one text each. */
  readonly providers: Readonly<Record<string, (place: Place) => readonly string[]>>;
  /** More of the service's configuration. */
  readonly more?: string;
  readonly workers?: number;
  /** Default: as the product asks for it, `appendfsync always`. */
  readonly redis?: RedisOptions;
  /** How long the providers' tasks take. Default: they are done at once. */
  readonly completeMs?: number;
}

/** The service as real processes, a Redis, and the providers that it works for. */
export interface Stack {
  readonly redis: RedisServer;
  /** Where the intake is served. */
  readonly api: string;
  /** By name, where each provider is controlled and asked for its ledger. */
  readonly providers: Readonly<Record<string, string>>;
  readonly programs: {
    readonly api: Program;
    readonly workers: readonly Program[];
    /** The providers' processes. */
    readonly sims: readonly Program[];
  };
  /** One more than were planned, or in place of one that has ended. */
  startWorker(): Promise<Program>;
  stop(): Promise<void>;
}

const SERVES = /"process\.ready"/;

/** Starts them all; resolves when each of them serves. */
export async function startStack(plan: StackPlan): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-stack-"));
  const redis = await startRedis(plan.redis ?? { appendfsync: "always" });
  const running: Program[] = [];
  let files = 0;
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((program) => program.stop()));
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (name: string, text: string, ready: RegExp): Promise<Program> => {
    files += 1;
    const file = join(folder, `${name}-${files}.yaml`);
    await writeFile(file, text);
    const program = await startProgram([name, "-c", file], ready);
    running.push(program);
    return program;
  };
  try {
    const providers: Record<string, string> = {};
    const accounts: string[] = [];
    const played = Object.entries(plan.providers).map(async ([name, accountsAt]) => {
      const endpoint = `http://127.0.0.1:${await freePort()}`;
      providers[name] = endpoint;
      accounts.push(...accountsAt({ endpoint, isPlayed: false }));
      const sim = await start("sim", listed(accountsAt({ endpoint, isPlayed: true })), /\bplays\b/);
      await call(endpoint, "POST", "/_sim/tasks", { completeMs: plan.completeMs ?? 0 });
      return sim;
    });
    const sims = await all(played);
    const port = await freePort();
    const head = `redis: { url: "${redis.url}" }\nhttp: { port: ${port} }\n${plan.more ?? ""}\n`;
    const roles = ["api", ...Array<string>(plan.workers ?? 1).fill("worker")];
    const started = await all(roles.map((role) => start(role, head + listed(accounts), SERVES)));
    const [api, ...workers] = started;
    if (api === undefined) throw new Error("no api was started");
    return {
      redis,
      api: `http://127.0.0.1:${port}`,
      providers,
      programs: { api, workers, sims },
      startWorker: () => start("worker", head + listed(accounts), SERVES),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All of them, or what went wrong first, once none is under way any more. */
async function all<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}

function listed(accounts: readonly string[]): string {
  return `accounts:\n${accounts.map((account) => `  - ${account}\n`).join("")}`;
}
