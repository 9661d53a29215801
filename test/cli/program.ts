import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(import.meta.resolve("@purgeline/cli/main"));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another entry file than main.ts. */
  readonly entry?: string;
}

/** Runs `purgeline ARGS` to its end. */
export async function purgeline(args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const child = launch(args, options);
  child.stdin?.end(options.input ?? "");
  const streams = [child.stdout, child.stderr].map((stream) => (stream === null ? "" : text(stream)));
  const [[code], stdout = "", stderr = ""] = await Promise.all([once(child, "close"), ...streams]);
  return { code: code as number | null, stdout, stderr };
}

/** A program that goes on running. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far, on both streams. */
  readonly said: () => string;
  /** Resolves when `words` stands in what it said; rejects with all of it when it ends before. */
  until(words: string | RegExp): Promise<string>;
  /** Resolves with the exit code at its end. */
  readonly ended: Promise<number | null>;
  /** Ctrl-C, as a terminal does it: to every process of the group at once. */
  interrupt(): void;
}

export function startPurgeline(args: readonly string[], options: ProgramOptions = {}): Running {
  const child = launch(args, options);
  child.stdin?.end(options.input ?? "");
  let said = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
      for (const listen of listeners) listen();
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  // Its group is its own: an interrupted test run must not leave it behind.
  const killWithParent = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithParent);
  void ended.then(() => process.off("exit", killWithParent));
  return {
    child,
    said: () => said,
    ended,
    interrupt() {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    },
    until: (words) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (typeof words === "string" ? !said.includes(words) : !words.test(said)) return;
          listeners.delete(look);
          resolve(said);
        };
        listeners.add(look);
        look();
        void ended.then((code) => reject(new Error(`ended with ${code} before it said ${words}:\n${said}`)));
      }),
  };
}

function launch(args: readonly string[], { env = {}, cwd, entry = MAIN }: ProgramOptions): ChildProcess {
  // Only what the test gives: the machine's own PURGELINE_URL must not reach a command under test.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^PURGELINE_(?:URL|TOKEN|CONFIG|EMBEDDED_REDIS)$/.test(name),
  );
  return spawn(process.execPath, [entry, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: "pipe",
    // A process group of its own, so that a test can send what a terminal sends.
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
  });
}
