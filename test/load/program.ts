import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
const MAIN = fileURLToPath(new URL("apps/cli/src/main.ts", ROOT));
/** Watches a pipe: when this process is gone, by Ctrl-C for one, the program stops in order. */
const LIFE_LINE = new URL("infra/setup/life-line.mjs", ROOT).href;

/** One line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly event?: string;
  readonly level?: string;
};

export interface Program {
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** SIGTERM, and the exit. */
  stop(): Promise<void>;
}

/** Starts `purgeline …`; resolves when a line of its output or log fits `ready`, rejects when it ends before. */
export async function startProgram(args: readonly string[], ready: RegExp): Promise<Program> {
  const child = spawn(process.execPath, ["--import", LIFE_LINE, MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, PURGELINE_LIFE_LINE: "3" },
    // With a fourth stream Node's types no longer tell which of the three are there.
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const exited = once(child, "exit");
  const log: LogLine[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.push(lineOf(line));
    if (ready.test(line)) resolve();
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (ready.test(line)) resolve();
  });
  child.once("exit", (code) => {
    const said = log.map((line) => JSON.stringify(line)).join("\n");
    reject(new Error(`purgeline ${args[0]} ended with ${code}\n${said}`));
  });
  await promise;
  return {
    pid: child.pid ?? 0,
    log,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** A line that is no JSON is somebody's plain words. */
function lineOf(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { message: line };
  }
}
