import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface RedisOptions {
  /** Writes an append-only file with this policy; absent: everything in memory, which is fastest. */
  readonly appendfsync?: "always" | "everysec" | "no";
  /** More `redis.conf` settings, such as `{ maxmemory: "64mb" }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** One private Redis of one test file: nobody else knows its port, so no key needs a prefix. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Its unix socket. */
  readonly path: string;
  /** Where it keeps its data. */
  readonly directory: string;
  /** SIGKILL: what a crash leaves on the disk stays there. */
  kill(): Promise<void>;
  /** Starts again on the same port and data, this once with more settings; the server must have been killed. */
  restart(config?: RedisOptions["config"]): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its data; safe to call twice and after `kill`. */
  stop(): Promise<void>;
}

// Below Linux's range for outgoing connections (32768 and up): between a kill and a restart
// nobody's outgoing connection can take the port.
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const PORT_TRIES = 20;

/** Starts the `redis-server` of PURGELINE_REDIS_SERVER, else of PATH, on a free loopback port and a unix socket. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), "purgeline-redis-"));
  let lastError: unknown;
  for (let attempt = 0; attempt < PORT_TRIES; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    try {
      const child = await launch(port, directory, options);
      return handle(child, port, directory, options);
    } catch (error) {
      lastError = error;
      if (!(error instanceof Error && error.message.includes("Address already in use"))) break;
    }
  }
  await rm(directory, { recursive: true, force: true });
  throw lastError;
}

function handle(first: ChildProcess, port: number, directory: string, options: RedisOptions): RedisServer {
  let child = first;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    child.kill("SIGCONT"); // a frozen process takes SIGTERM only once it runs again
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    path: socketOf(directory),
    directory,
    kill: () => end("SIGKILL"),
    async restart(config) {
      if (child.exitCode === null && child.signalCode === null)
        throw new Error("redis-server: restart before kill");
      child = await launch(port, directory, { ...options, config: { ...options.config, ...config } });
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    async stop() {
      await end("SIGTERM");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function socketOf(directory: string): string {
  return join(directory, "redis.sock");
}

function settings(port: number, directory: string, options: RedisOptions): Record<string, string> {
  return {
    bind: "127.0.0.1",
    port: String(port),
    unixsocket: socketOf(directory),
    dir: directory,
    save: "",
    // Like the embedded server: delayed jobs are at most 10 ms late instead of 100.
    hz: "100",
    appendonly: options.appendfsync === undefined ? "no" : "yes",
    appendfsync: options.appendfsync ?? "no",
    ...options.config,
  };
}

/** Resolves when the server has read its data and accepts commands; rejects with its log when it ends before. */
function launch(port: number, directory: string, options: RedisOptions): Promise<ChildProcess> {
  const program = process.env.PURGELINE_REDIS_SERVER ?? "redis-server";
  const args = Object.entries(settings(port, directory, options)).flatMap(([key, value]) => [
    `--${key}`,
    value,
  ]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const killWithParent = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithParent);
  child.once("exit", () => process.off("exit", killWithParent));
  const log: string[] = [];
  return new Promise((resolve, reject) => {
    const read = (line: string): void => {
      log.push(line);
      if (line.includes("eady to accept connections")) resolve(child);
    };
    // Both are read to the end: a full pipe would stop the server.
    createInterface({ input: child.stdout }).on("line", read);
    createInterface({ input: child.stderr }).on("line", read);
    child.once("error", (cause) => {
      reject(
        new Error(`redis-server: cannot start ${program}; install it or set PURGELINE_REDIS_SERVER`, {
          cause,
        }),
      );
    });
    child.once("close", (code) => reject(new Error(`redis-server ended with ${code}:\n${log.join("\n")}`)));
  });
}
