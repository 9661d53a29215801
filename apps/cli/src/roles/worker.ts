import { runWorker } from "@purgeline/worker";
import type { ExitCode } from "../exit.ts";
import type { Environment } from "./read-config.ts";
import { runRole } from "./role.ts";

/** `worker`: any number of them share one Redis. */
export function runWorkerRole(file: string, env: Environment): Promise<ExitCode> {
  return runRole({ name: "worker", port: "worker.port", run: runWorker }, file, env);
}
