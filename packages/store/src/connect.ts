import type { ConnectionOptions } from "node:tls";
import { Cluster, Redis } from "ioredis";

interface Node {
  readonly host: string;
  readonly port: number;
}

interface Common {
  readonly prefix: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: {
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
    readonly serverName: string | null;
  } | null;
}

/** Where Redis is. `socket`: the embedded one of `purgeline up`. */
export type RedisTarget =
  | { readonly kind: "socket"; readonly path: string; readonly prefix: string }
  | (Common & Node & { readonly kind: "single"; readonly db: number })
  | (Common & {
      readonly kind: "sentinel";
      readonly sentinels: readonly Node[];
      readonly name: string;
      readonly db: number;
      readonly sentinelUsername: string | null;
      readonly sentinelPassword: string | null;
    })
  | (Common & { readonly kind: "cluster"; readonly nodes: readonly Node[] });

export type Connection = Redis | Cluster;

/**
 * `request`: fails fast, for whoever has somebody waiting: no offline queue, nothing is
 * sent twice, silence ends after `commandTimeoutMs`. `worker`: keeps trying for ever, as
 * BullMQ's blocking reads need it.
 */
export type Purpose = "request" | "worker";

/** A hung Redis hangs an `add` for ever without it (measured); 5 s is far above any pause of a living one. */
const COMMAND_TIMEOUT_MS = 5000;

/** How long a Redis that loads its data says that it needs is a guess, at its start a bad one: it is asked again. */
const LOADING_MS = 500;

export function connect(target: RedisTarget, purpose: Purpose, onError: (error: Error) => void): Connection {
  const connection = open(target, optionsFor(purpose));
  connection.on("error", onError);
  return connection;
}

interface Patience {
  readonly maxRetriesPerRequest: number | null;
  readonly retryStrategy: (times: number) => number;
  readonly maxLoadingRetryTime: number;
  readonly enableOfflineQueue?: boolean;
  readonly autoResendUnfulfilledCommands?: boolean;
  readonly commandTimeout?: number;
}

function optionsFor(purpose: Purpose): Patience {
  const retryStrategy = (times: number): number => Math.min(50 * 2 ** Math.min(times, 5), 1000);
  const patience = { retryStrategy, maxLoadingRetryTime: LOADING_MS };
  if (purpose === "worker") return { maxRetriesPerRequest: null, ...patience };
  return {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    ...patience,
  };
}

function open(target: RedisTarget, options: Patience): Connection {
  if (target.kind === "socket") return new Redis({ ...options, path: target.path });
  const shared = {
    ...options,
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    ...(target.tls === null ? {} : { tls: tlsOptions(target.tls) }),
  };
  switch (target.kind) {
    case "single":
      return new Redis({ ...shared, host: target.host, port: target.port, db: target.db });
    case "sentinel":
      return new Redis({
        ...shared,
        sentinels: target.sentinels.map((node) => ({ ...node })),
        name: target.name,
        db: target.db,
        ...(target.sentinelUsername === null ? {} : { sentinelUsername: target.sentinelUsername }),
        ...(target.sentinelPassword === null ? {} : { sentinelPassword: target.sentinelPassword }),
      });
    case "cluster": {
      const { enableOfflineQueue = true, retryStrategy, ...redisOptions } = shared;
      return new Cluster(
        target.nodes.map((node) => ({ ...node })),
        { redisOptions, enableOfflineQueue, clusterRetryStrategy: retryStrategy },
      );
    }
    default:
      return target satisfies never;
  }
}

function tlsOptions(tls: NonNullable<Common["tls"]>): ConnectionOptions {
  return {
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
    ...(tls.serverName === null ? {} : { servername: tls.serverName }),
  };
}
