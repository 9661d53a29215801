import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const MAIN = fileURLToPath(new URL("apps/cli/src/main.ts", ROOT));
const SHIFT_CLOCK = new URL("shift-clock.ts", import.meta.url).href;

/** One process of the service, which may be killed and started again any number of times. */
export interface Role {
  readonly name: string;
  start(): void;
  /** Resolves when the process that was started last says that it serves; never for `sim`. */
  ready(): Promise<void>;
  /** SIGKILL: nothing of it gets to clean up. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Its wall clock is off by so much from now on, also when it is started again. */
  shiftClock(ms: number): void;
  /** SIGTERM; its exit code and how long it took. */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
}

/** `purgeline ARGS`, its log appended to a file. */
export function role(name: string, args: readonly string[], logPath: string): Role {
  let child: ChildProcess | null = null;
  let ready = Promise.withResolvers<void>();
  const clock = `${logPath}.clock`;
  const shiftClock = (ms: number): void => {
    // At once: whoever reads it must not find half of it.
    writeFileSync(`${clock}.new`, String(ms));
    renameSync(`${clock}.new`, clock);
  };
  shiftClock(0);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ending = child;
    if (ending === null) return null;
    child = null;
    if (ending.exitCode !== null || ending.signalCode !== null) return ending.exitCode;
    const exited = once(ending, "exit");
    ending.kill(signal);
    ending.kill("SIGCONT");
    await exited;
    return ending.exitCode;
  };
  return {
    name,
    start() {
      const started = spawn(
        process.execPath,
        ["--import", `${SHIFT_CLOCK}?file=${encodeURIComponent(clock)}`, MAIN, ...args],
        { stdio: ["ignore", "ignore", "pipe"] },
      );
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      ready = { promise, resolve, reject };
      createInterface({ input: started.stderr }).on("line", (line) => {
        appendFileSync(logPath, `${line}\n`);
        if (line.includes('"process.ready"')) resolve();
      });
      const endWithUs = (): void => void started.kill("SIGKILL");
      process.once("exit", endWithUs);
      started.once("exit", () => process.off("exit", endWithUs));
      child = started;
    },
    ready: () => ready.promise,
    kill: async () => void (await end("SIGKILL")),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    shiftClock,
    async stop() {
      const startedAt = performance.now();
      const code = await end("SIGTERM");
      return { code, ms: performance.now() - startedAt };
    },
  };
}
