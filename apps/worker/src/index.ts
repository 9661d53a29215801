export { runWorker, type WorkerContext } from "./run-worker.ts";
