import { once } from "node:events";
import { startEmbeddedRedis } from "@purgeline/cli/embedded-redis";
import { createLogger } from "@purgeline/telemetry";

/** Holds the embedded Redis of one data directory, as `purgeline up` does, until SIGTERM. */
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
try {
  const redis = await startEmbeddedRedis({
    program: process.env.PURGELINE_REDIS_SERVER ?? "redis-server",
    dataDirectory: process.argv[2] ?? "",
    log: createLogger({ level: "error", role: "up" }),
    signal: stop.signal,
  });
  process.send?.({ socket: redis.socket, directory: redis.directory });
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  await redis.stop();
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = (error as { exitCode?: number }).exitCode ?? 1;
}
process.channel?.unref();
