import { totalmem } from "node:os";
import { join } from "node:path";

/** Where the embedded Redis of one configuration lives. */
export interface RedisHome {
  /** Holds the data, the log and the lock; mode 0700. */
  readonly directory: string;
  readonly socket: string;
}

export function redisLog(home: RedisHome): string {
  return join(home.directory, "redis.log");
}

export function redisPidFile(directory: string): string {
  return join(directory, "redis.pid");
}

/** What carries the promise "accepted is never lost", and what keeps the server private. */
export function redisArguments(home: RedisHome): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    dir: home.directory,
    logfile: redisLog(home),
    pidfile: redisPidFile(home.directory),
    daemonize: "no",
    // Nobody but this user reaches it: no port, and a socket inside a private directory.
    port: "0",
    unixsocket: home.socket,
    unixsocketperm: "700",
    // An answer is sent only after fsync: 13,600 acknowledged adds/s measured, against 36,700
    // with `everysec`, which may lose 2 s at a power cut.
    appendonly: "yes",
    appendfsync: "always",
    "no-appendfsync-on-rewrite": "no",
    // The append-only file holds everything; snapshots would only cost forks.
    save: "",
    // Full memory must refuse new work, never forget accepted work.
    "maxmemory-policy": "noeviction",
    // And it must know what full is before the machine is; half, for a rewrite's fork copies what changes.
    maxmemory: String(Math.floor(Math.min(totalmem(), process.constrainedMemory() || totalmem()) / 2)),
    // Delayed jobs are at most 13 ms late (p99) instead of 103 ms at the default of 10.
    hz: "100",
    // A big drain writes hundreds of MB: rewriting the file again and again from 64 MB on
    // would compete with its fsyncs.
    "auto-aof-rewrite-min-size": "1gb",
  };
  return Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
}
