import type {
  Account,
  AccountSettings,
  Credentials,
  Json,
  JsonObject,
  Limits,
  ProviderCatalog,
} from "@purgeline/core";
import { effectiveLimits } from "@purgeline/core";
import { stringify } from "yaml";
import type { Config, RedisConfig, Token } from "./config.ts";
import { showDuration } from "./duration.ts";
import { turned } from "./turned.ts";

const MASK = "***";

/**
 * The configuration in force, in the shape of the file, every default and every limit
 * written out, secrets masked. With the secrets put back it reads as the same configuration.
 */
export function describeConfig(config: Config, catalog: ProviderCatalog): JsonObject {
  return {
    ...(config.redis === null ? {} : { redis: describeRedis(config.redis) }),
    http: given({ ...config.http }),
    worker: { ...config.worker },
    board: { ...config.board },
    ...(config.tokens === null ? {} : { tokens: config.tokens.map(describeToken) }),
    accounts: config.accounts.map((account) => describeAccount(account, catalog)),
    intake: { ...config.intake },
    history: {
      intents: showDuration(config.history.intentsMs),
      idempotencyKeys: showDuration(config.history.idempotencyKeysMs),
    },
    health: { ...config.health },
    log: { ...config.log },
  };
}

/** The same as YAML text, for `purgeline check`. */
export function renderConfig(config: Config, catalog: ProviderCatalog): string {
  return stringify(describeConfig(config, catalog));
}

/** The keys that say something: null stands for an absent key throughout the configuration. */
function given(fields: Readonly<Record<string, Json>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function masked(secret: string | null): string | null {
  return secret === null ? null : MASK;
}

function describeRedis(redis: RedisConfig): JsonObject {
  const { prefix, username, tls } = redis;
  const common = {
    prefix,
    username,
    password: masked(redis.password),
    tls: tls === null ? null : given({ ...tls, key: masked(tls.key) }),
  };
  switch (redis.kind) {
    case "single": {
      const host = redis.host.includes(":") ? `[${redis.host}]` : redis.host;
      return given({ url: `redis://${host}:${redis.port}/${redis.db}`, ...common });
    }
    case "sentinel":
      return given({
        sentinels: redis.sentinels.map((node) => ({ ...node })),
        name: redis.name,
        db: redis.db,
        sentinelUsername: redis.sentinelUsername,
        sentinelPassword: masked(redis.sentinelPassword),
        ...common,
      });
    case "cluster":
      return given({ cluster: redis.nodes.map((node) => ({ ...node })), ...common });
    default:
      return redis satisfies never;
  }
}

function describeToken({ name, allow, hosts, accounts }: Token): JsonObject {
  return given({ name, secret: MASK, allow, hosts, accounts });
}

function describeAccount(account: Account, catalog: ProviderCatalog): JsonObject {
  const { settings } = account;
  const provider = catalog.get(settings.provider);
  if (provider === undefined) throw new Error(`config: the catalog has no provider ${settings.provider}`);
  const limits = effectiveLimits(provider.table(settings), account.overrides);
  return given({
    name: settings.name,
    provider: settings.provider,
    endpoint: settings.endpoint,
    region: settings.region,
    projectId: settings.projectId,
    settings: Object.keys(settings.own).length === 0 ? null : settings.own,
    credentials: describeCredentials(settings),
    signature: settings.signature ?? provider.signatures[0] ?? null,
    hosts: account.hosts,
    cacheKey: account.cacheKey.map(({ host, query }) => ({
      host,
      query: typeof query === "string" ? query : { only: query.only },
    })),
    coalesce: { ...account.coalesce },
    rollup: describeRollup(limits),
    limits: describeLimits(limits),
    quota: {
      ...limits.quotas,
      resetTimeZone: limits.resetTimeZone,
      reserveForUrgent: limits.reserveForUrgent,
      askEveryMs: account.askQuotaEveryMs,
      ...(limits.shares === undefined ? {} : { shares: turned(limits.shares) }),
    },
    giveUpAfter: showDuration(account.giveUpAfterMs),
  });
}

function describeCredentials({ credentials, callbackKey }: AccountSettings): JsonObject {
  return given({ ...describeIdentity(credentials), callbackKey: masked(callbackKey) });
}

function describeIdentity(credentials: Credentials): JsonObject {
  switch (credentials.kind) {
    case "keys":
      return given({
        accessKeyId: MASK,
        accessKeySecret: MASK,
        securityToken: masked(credentials.securityToken),
      });
    case "token":
      return { token: MASK };
    case "iam": {
      if (!("password" in credentials)) {
        return { iam: { endpoint: credentials.endpoint, accessKeyId: MASK, accessKeySecret: MASK } };
      }
      const { endpoint, domain, user } = credentials;
      return { iam: { endpoint, domain, user, password: MASK } };
    }
    default:
      return credentials satisfies never;
  }
}

function describeRollup({ lanes }: Limits): Json {
  const rollUp = lanes["purge-url"]?.rollUp;
  return rollUp === undefined ? null : { directories: rollUp.directories, atLeast: rollUp.atLeast };
}

function describeLimits(limits: Limits): JsonObject {
  const lanes = Object.entries(limits.lanes).map(([lane, own]) => {
    const { call, quota, quotaByOption, weight, lookup, coveredBy, covers, rollUp, ...numbers } = own;
    return [lane, given(numbers)] as const;
  });
  const calls = Object.entries(limits.calls).map(([call, own]) => [call, given({ ...own })] as const);
  const { lookBackMs, pollEveryMs } = limits;
  // The same for all lanes that have one.
  const [listedAfterMs = null] = Object.values(limits.lanes).flatMap(({ lookup }) => lookup?.afterMs ?? []);
  return given({
    lanes: Object.fromEntries(lanes),
    calls: Object.fromEntries(calls),
    lookBackMs,
    pollEveryMs,
    listedAfterMs,
  });
}
