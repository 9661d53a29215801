import type {
  Account,
  CallOptions,
  Checked,
  IntentOptions,
  Lane,
  LaneSpec,
  Provider,
  ProviderCatalog,
} from "@purgeline/core";
import { NO_OVERRIDES } from "@purgeline/core";
import { accountSettings } from "@purgeline/testkit";
import { type Intake, intakeOf } from "../src/admit/intake-accounts.ts";

/*
 * Two providers of one tariff table each, since admission looks at nothing else of a provider:
 * `files` purges and prefetches URLs and directories and has soft purges;
 * `clips` does URLs and media and has a parameter of its own.
 */

const sourced = (value: number) => ({ value, source: "this test", asOf: "2026-11-21" });

function lane(urlChars: number): LaneSpec {
  return {
    call: "Purge",
    quota: null,
    quotaByOption: null,
    unitsPerTarget: 1,
    batch: sourced(10),
    bodyBytes: sourced(100_000),
    weight: { encoding: "json", fixed: 10, perItem: 3 },
    urlChars: sourced(urlChars),
    domains: null,
    perDomainPerMinute: null,
    inFlight: sourced(4),
    resendAfterMs: sourced(2_000),
  };
}

function provider(
  name: string,
  lanes: Partial<Record<Lane, LaneSpec>>,
  options: (given: IntentOptions) => Checked<CallOptions>,
  whyNot: (target: string) => string | null,
): Provider {
  const unused = (): never => {
    throw new Error("admission never sends");
  };
  return {
    name,
    signatures: [],
    check: () => [],
    table: () => ({
      lanes,
      calls: { Purge: { perSecond: null, perMinute: null, timeoutMs: sourced(1000) } },
      quotas: {},
      resetTimeZone: "UTC",
      lookBackMs: sourced(1000),
      pollEveryMs: sourced(1000),
    }),
    options: (_lane, given) => options(given),
    whyNot: (_lane, target) => whyNot(target),
    encode: unused,
    decode: unused,
    poll: { max: unused, encode: unused, decode: unused, match: unused },
  };
}

const files = provider(
  "files",
  {
    "purge-url": lane(40),
    "purge-directory": lane(40),
    "purge-pattern": lane(40),
    "purge-ignore-params": lane(40),
    "prefetch-url": lane(40),
  },
  ({ strength }) => ({ ok: true, value: strength === null ? {} : { Force: strength === "hard" } }),
  (target) => (target.includes("forbidden") ? "the path may not hold the word forbidden" : null),
);

const clips = provider(
  "clips",
  { "purge-url": lane(1000), "purge-media": lane(40) },
  ({ strength, own }) =>
    strength === "soft"
      ? {
          ok: false,
          problems: [{ path: ["strength"], code: "unsupported", value: "soft", detail: "clips purges hard" }],
        }
      : { ok: true, value: own ?? {} },
  () => null,
);

const catalog: ProviderCatalog = new Map([files, clips].map((one) => [one.name, one]));

function account(name: string, provider: string, hosts: readonly string[]): Account {
  return {
    settings: accountSettings({ name, provider }),
    hosts,
    cacheKey: [{ host: "img.example.com", query: "ignore" }],
    coalesce: { quietMs: 200, maxWaitMs: 2000 },
    overrides: NO_OVERRIDES,
    giveUpAfterMs: 1000,
    askQuotaEveryMs: 300_000,
  };
}

/** `shop` serves *.example.com, `film` film.example.com too, `vault` only vault.org. */
export const intake: Intake = intakeOf(
  [
    account("shop", "files", ["*.example.com"]),
    account("film", "clips", ["film.example.com"]),
    account("vault", "files", ["vault.org"]),
  ],
  catalog,
);
