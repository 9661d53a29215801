import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));

/** One line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly event?: string;
  readonly level?: string;
};

export interface Program {
  readonly log: readonly LogLine[];
  /** SIGTERM, and the exit. */
  stop(): Promise<void>;
}

/** Starts `purgeline …`; resolves when a line of its standard output fits `ready`, rejects when it ends before. */
export async function startProgram(args: readonly string[], ready: RegExp): Promise<Program> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  const log: LogLine[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(lineOf(line)));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (ready.test(line)) resolve();
  });
  child.once("exit", (code) => {
    const said = log.map((line) => JSON.stringify(line)).join("\n");
    reject(new Error(`purgeline ${args[0]} ended with ${code}\n${said}`));
  });
  await promise;
  return {
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
