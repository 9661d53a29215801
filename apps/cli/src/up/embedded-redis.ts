import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "@purgeline/telemetry";
import { CommandFailed, EXIT } from "../exit.ts";
import { lockDirectory } from "./directory-lock.ts";
import { type KeptProcess, keepAlive } from "./keep-alive.ts";
import { endText } from "./process-end.ts";
import { isRedisReady } from "./redis-dialogue.ts";
import { closeRedisHome, endStaleRedis, makeRedisDirectory, openRedisHome } from "./redis-home.ts";
import { type RedisHome, redisArguments, redisLog } from "./redis-settings.ts";

/** A private `redis-server` that is kept alive until it is stopped. */
export interface EmbeddedRedis {
  readonly socket: string;
  readonly directory: string;
  stop(): Promise<void>;
}

/** It only has to close its files: everything acknowledged is on the disk already. */
const GRACE_MS = 30_000;
const LOOK_EVERY_MS = 20;

/** Starts it on the data under `dataDirectory`; resolves when it has read them and takes commands. */
export async function startEmbeddedRedis(options: {
  readonly program: string;
  readonly dataDirectory: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<EmbeddedRedis> {
  const directory = await makeRedisDirectory(options.dataDirectory);
  const lock = lockDirectory(directory);
  try {
    const stale = await endStaleRedis(directory);
    if (stale !== null)
      options.log.warn("redis.stopped", { process: stale, why: "left behind by a killed run" });
    const home = await openRedisHome(directory);
    const kept = await launchFirst(options, home);
    options.log.info("redis.started", { directory, socket: home.socket });
    return {
      socket: home.socket,
      directory,
      async stop() {
        await kept.stop(GRACE_MS);
        await closeRedisHome(home);
        lock.release();
        options.log.info("redis.stopped", { directory });
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Before it was ready once, an end is the program's or the data's fault; afterwards it is a crash. */
async function launchFirst(
  { program, log, signal }: { readonly program: string; readonly log: Logger; readonly signal: AbortSignal },
  home: RedisHome,
): Promise<KeptProcess> {
  let isReady = false;
  let firstEnd: string | null = null;
  const kept = keepAlive({
    launch: () => launch(program, home),
    isFinal: () => !isReady,
    onRestart: (end, againInMs) => log.error("redis.stopped", { end: endText(end), againInMs }),
  });
  void kept.gaveUp.then((end) => {
    firstEnd = endText(end);
  });
  while (!isReady && firstEnd === null && !signal.aborted) {
    isReady = await isRedisReady(home.socket);
    if (!isReady) await pause(LOOK_EVERY_MS);
  }
  if (isReady) return kept;
  await kept.stop(GRACE_MS);
  signal.throwIfAborted();
  throw new CommandFailed(
    `${program} ended while it started (${firstEnd}); the end of its log:\n${await logEnd(home)}`,
    EXIT.ended,
  );
}

function launch(program: string, home: RedisHome): ChildProcess {
  // Its own session: Ctrl-C goes to the terminal's process group, and Redis must outlive the
  // api and the worker that are still writing what they hold.
  return spawn(program, redisArguments(home), { stdio: "ignore", detached: true });
}

async function logEnd(home: RedisHome): Promise<string> {
  const log = await readFile(redisLog(home), "utf8").catch(() => "(no log was written)");
  return log.trimEnd().split("\n").slice(-12).join("\n");
}
