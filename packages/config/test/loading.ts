import type { Problem } from "@purgeline/core";
import type { Config, ConfigProblem, Environment } from "../src/index.ts";
import { loadConfig } from "../src/index.ts";
import { catalog } from "./small-catalog.ts";

/** A file in which every key is set, each to something else than its default. JSON is YAML too. */
export const FULL = {
  redis: {
    url: "redis://127.0.0.1:6380/2",
    prefix: "lab",
    username: "ops",
    password: "redis-pass",
    tls: true,
  },
  http: { host: "127.0.0.2", port: 1, publicUrl: "https://purge.example.com/cdn" },
  worker: { host: "::1", port: 2 },
  board: { host: "localhost", port: 3, readOnly: false },
  tokens: [
    {
      name: "shop",
      secret: "a-secret-of-the-shop",
      allow: ["purge", "read"],
      hosts: ["*.shop.example.com"],
      accounts: ["ali"],
    },
  ],
  accounts: [
    {
      name: "ali",
      provider: "alibaba-cdn",
      endpoint: "http://127.0.0.1:9101",
      region: "cn-shanghai",
      projectId: "0f1e",
      credentials: {
        accessKeyId: "key-id-1234",
        accessKeySecret: "key-secret-1234",
        securityToken: "sts-1234",
      },
      signature: "rpc",
      hosts: ["*.example.com", "www.example.org"],
      cacheKey: [{ host: "img.example.org", query: { only: ["v", "w"] } }],
      coalesce: { quietMs: 1, maxWaitMs: 2 },
      rollup: { directories: ["https://www.example.com/static/"], atLeast: 300 },
      limits: {
        lanes: {
          "purge-url": {
            batch: 10,
            bodyBytes: 9_000,
            urlChars: 200,
            domains: 3,
            perDomainPerMinute: 40,
            inFlight: 2,
            resendAfterMs: 3_000,
            unitsPerTarget: 2,
          },
        },
        calls: { RefreshObjectCaches: { perSecond: 5, perMinute: 30, timeoutMs: 900 } },
        lookBackMs: 7_200_000,
        pollEveryMs: 6_000,
        listedAfterMs: 7_000,
      },
      quota: {
        url: 500,
        "url@overseas": 400,
        directory: 50,
        resetTimeZone: "Europe/Paris",
        reserveForUrgent: 10,
        askEveryMs: 1_000,
      },
      giveUpAfter: "90m",
    },
  ],
  intake: { maxPendingTargets: 1_000, maxMemoryPercent: 50, maxBodyBytes: 4_096 },
  history: { intents: "3d", idempotencyKeys: "1h" },
  health: { stalledMs: 5_000 },
  log: { level: "debug" },
};

/** The other ways to say some of it; together with FULL they hold every key there is. */
export const VARIANTS = {
  full: FULL,
  sentinel: {
    ...FULL,
    redis: {
      sentinels: ["10.0.0.1:26379", { host: "10.0.0.2", port: 26379 }],
      name: "main",
      db: 1,
      sentinelUsername: "watch",
      sentinelPassword: "watch-pass",
      tls: { ca: "PEM", cert: "PEM", key: "PEM-key", serverName: "redis.example.com" },
    },
  },
  cluster: { ...FULL, redis: { cluster: ["10.0.0.1:7000", "10.0.0.2:7000"] } },
  "secretId and secretKey": withAccount({
    credentials: { secretId: "key-id-1234", secretKey: "key-secret-1234" },
  }),
  "ak and sk": withAccount({ credentials: { ak: "key-id-1234", sk: "key-secret-1234" } }),
  token: withAccount({ credentials: { token: "session-1234" } }),
  iam: withAccount({
    credentials: {
      iam: { endpoint: "https://iam.example.com", domain: "d", user: "u", password: "iam pass 1234" },
    },
  }),
  "iam with a key": withAccount({
    credentials: { iam: { endpoint: "https://iam.example.com", ak: "key-id-1234", sk: "key-secret-1234" } },
  }),
};

export function withAccount(fields: object): typeof FULL {
  return { ...FULL, accounts: FULL.accounts.map((account) => ({ ...account, ...fields })) };
}

export const load = (file: unknown, env: Environment = {}) =>
  loadConfig(typeof file === "string" ? file : JSON.stringify(file), env, catalog);

export function configOf(file: unknown, env: Environment = {}): Config {
  const loaded = load(file, env);
  if (!loaded.ok) throw new Error(`expected a good file: ${JSON.stringify(loaded.problems, null, 1)}`);
  return loaded.config;
}

export function problemsOf(file: unknown, env: Environment = {}): readonly ConfigProblem[] {
  const loaded = load(file, env);
  if (loaded.ok) throw new Error("expected problems, but the file is good");
  return loaded.problems;
}

/** `path: code`, the paths joined with dots. */
export const brief = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ path, code }) => `${path.join(".")}: ${code}`);
