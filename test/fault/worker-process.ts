import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url));

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** SIGKILL: nothing of it gets to clean up. */
  kill(): Promise<void>;
  /** SIGTERM; its exit code. */
  stop(): Promise<number | null>;
}

/** `purgeline worker -c` as operators run it; the file is removed with the process. */
export async function workerProcess(yaml: string): Promise<WorkerProcess> {
  const folder = await mkdtemp(join(tmpdir(), "purgeline-worker-"));
  const file = join(folder, "purgeline.yaml");
  await writeFile(file, yaml);
  const child = spawn(process.execPath, [MAIN, "worker", "-c", file], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  child.once("exit", () => process.off("exit", endWithUs));
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    await rm(folder, { recursive: true, force: true });
    return code;
  };
  return {
    child,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
  };
}
