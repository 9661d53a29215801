import { VERBS } from "@purgeline/core";
import { z } from "zod";
import { parseAddress } from "../address.ts";
import { DEFAULT_REDIS_PREFIX, LOG_LEVELS } from "../config.ts";
import { parseHostPattern } from "../host-pattern.ts";
import {
  duration,
  integer,
  list,
  matching,
  name,
  oneOf,
  parsed,
  port,
  secret,
  section,
  text,
  yesOrNo,
} from "./fields.ts";
import { parseRedisNode, parseRedisUrl } from "./redis-url.ts";

const address = parsed(parseAddress, "expected a host name or an IP address, without scheme and port");

export const hostPattern = parsed(
  parseHostPattern,
  'expected a host name, or "*." and one for every host below it, without scheme, port and path',
);

const REDIS_URL =
  "expected redis://[user:password@]host[:port][/db], or rediss:// for TLS " +
  "(special characters of a password percent-encoded, or in the key password)";

const node = z.union(
  [
    parsed(parseRedisNode, "expected host:port"),
    section({ host: address, port: integer(1, 65_535).default(6379) }).transform((given) => ({
      ...given,
      isTls: false,
    })),
  ],
  { error: "expected host:port or { host, port }" },
);

const tls = z.preprocess(
  (given) => (given === true || given === "true" ? {} : given === "false" ? false : given),
  z.union(
    [
      z.literal(false),
      section({
        ca: text.optional(),
        cert: text.optional(),
        key: text.optional(),
        serverName: address.optional(),
      }),
    ],
    { error: "expected true, false or { ca, cert, key, serverName }" },
  ),
);

export const redis = section({
  url: parsed(parseRedisUrl, REDIS_URL).optional(),
  sentinels: list(node).optional(),
  name: text.optional(),
  cluster: list(node).optional(),
  db: integer(0).optional(),
  username: text.optional(),
  password: text.optional(),
  sentinelUsername: text.optional(),
  sentinelPassword: text.optional(),
  prefix: matching(
    /^[A-Za-z0-9._-]{1,64}$/,
    "expected 1 to 64 letters, digits, dots, hyphens and underscores: no braces, no colons",
  ).default(DEFAULT_REDIS_PREFIX),
  tls: tls.optional(),
});

/** Loopback unless the file says otherwise: a fresh installation is not open to its neighbours. */
const host = address.default("127.0.0.1");

/** Callbacks are signed over the very text that the provider was told, so it is not normalised. */
const publicUrl = matching(
  /^https?:\/\/[^\s/\\?#@]+(?:\/[^\s/\\?#@]+)*$/i,
  "expected http:// or https://, a host, perhaps a port and a path: no user, no query, no slash at the end",
);

export const http = section({ host, port: port.default(8080), publicUrl: publicUrl.optional() });
export const worker = section({ host, port: port.default(0) });
export const board = section({ host, port: port.default(8081), readOnly: yesOrNo.default(true) });

export const token = section({
  name: name.optional(),
  secret: secret.optional(),
  allow: list(oneOf(VERBS)).optional(),
  hosts: list(hostPattern).optional(),
  accounts: list(text).optional(),
});

export const intake = section({
  maxPendingTargets: integer(1).default(5_000_000),
  // Intents of one target take 1.3 times as much once they have failed (docs/reliability.md): 78 % then, and the rest
  // is for the queues' jobs, for batches under way and for what several processes let in at the same moment.
  maxMemoryPercent: integer(1, 100).default(60),
  // 10,000 targets of 1,600 bytes: an intent of the largest size whose URLs are long.
  maxBodyBytes: integer(1_024).default(16_777_216),
});

export const history = section({
  intents: duration.prefault("7d"),
  idempotencyKeys: duration.prefault("24h"),
});

export const health = section({ stalledMs: integer(1).default(60_000) });

export const log = section({ level: oneOf(LOG_LEVELS).prefault("info") });
