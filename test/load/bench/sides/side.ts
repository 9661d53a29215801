import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process of its own beside the service: a producer, or what somebody would have in the service's place. */
export interface Side {
  readonly pid: number;
  /** How much it has done, as it last told. */
  done(): number;
  /** Resolves at its end; rejects where that was no good one. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts a module beside this one with an order that it reads with `orderOf`; resolves when it is `ready`. */
export async function startSide(module: string, order: unknown): Promise<Side> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), [JSON.stringify(order)]);
  let done = 0;
  child.on("message", (count: number) => {
    done = count;
  });
  const exited = once(child, "exit");
  const ended = exited.then(([code, signal]) => {
    if (code !== 0 && signal !== "SIGTERM") throw new Error(`${module} ended with ${code ?? signal}`);
  });
  // Whoever waits for it hears of it; nobody may.
  ended.catch(() => undefined);
  await Promise.race([
    once(child, "message"),
    ended.then(() => Promise.reject(new Error(`${module}: no word`))),
  ]);
  return {
    pid: child.pid ?? 0,
    done: () => done,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
