import type { Account, Verb } from "@purgeline/core";

/** The whole of `purgeline.yaml`, checked, with every default filled in, frozen. */
export interface Config {
  /** null: no Redis is named; `up` starts an embedded one. */
  readonly redis: RedisConfig | null;
  readonly http: HttpConfig;
  readonly worker: Listen;
  readonly board: BoardConfig;
  /** null: no token is needed, and every host above is a loopback address. */
  readonly tokens: readonly Token[] | null;
  /** At least one; names are unique. */
  readonly accounts: readonly Account[];
  readonly intake: {
    readonly maxPendingTargets: number;
    readonly maxMemoryPercent: number;
    readonly maxBodyBytes: number;
  };
  readonly history: { readonly intentsMs: number; readonly idempotencyKeysMs: number };
  readonly health: { readonly stalledMs: number };
  readonly log: { readonly level: LogLevel };
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The key prefix of an embedded Redis, and of a named one that gives none. */
export const DEFAULT_REDIS_PREFIX = "purgeline";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** PEM texts and the name to verify, as Node's TLS takes them; null: what Node does by itself. */
export interface RedisTls {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly serverName: string | null;
}

interface RedisCommon {
  /** Without braces and colons: those are Redis's and BullMQ's own. */
  readonly prefix: string;
  readonly username: string | null;
  readonly password: string | null;
  /** null: not encrypted. */
  readonly tls: RedisTls | null;
}

export type RedisConfig =
  | (RedisCommon & RedisNode & { readonly kind: "single"; readonly db: number })
  | (RedisCommon & {
      readonly kind: "sentinel";
      readonly sentinels: readonly RedisNode[];
      /** The group of Redis servers that the sentinels watch. */
      readonly name: string;
      readonly db: number;
      readonly sentinelUsername: string | null;
      readonly sentinelPassword: string | null;
    })
  | (RedisCommon & { readonly kind: "cluster"; readonly nodes: readonly RedisNode[] });

/** Where a role listens; port 0: any free one, which the role logs. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface HttpConfig extends Listen {
  /** How the API is reached from outside, as providers that call back were told; null: as the request says. */
  readonly publicUrl: string | null;
}

export interface BoardConfig extends Listen {
  readonly readOnly: boolean;
}

/** Who may call. */
export interface Token {
  readonly name: string;
  readonly secret: string;
  readonly allow: readonly Verb[];
  /** URL hosts that it may name, as patterns; null: all. */
  readonly hosts: readonly string[] | null;
  /** Accounts that it may use, by name; null: all. */
  readonly accounts: readonly string[] | null;
}
