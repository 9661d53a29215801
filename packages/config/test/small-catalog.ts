import type {
  AccountSettings,
  LaneSpec,
  Problem,
  Provider,
  ProviderCatalog,
  ProviderTable,
} from "@purgeline/core";

const sourced = (value: number) => ({ value, source: "a page", asOf: "2026-01-01" });

const lane = (call: string, quota: string, batch: number): LaneSpec => ({
  call,
  quota,
  quotaByOption: null,
  unitsPerTarget: 1,
  batch: sourced(batch),
  bodyBytes: sourced(1_000_000),
  weight: { encoding: "form", fixed: 0, perItem: 1 },
  urlChars: sourced(1_024),
  domains: null,
  perDomainPerMinute: null,
  inFlight: sourced(16),
  resendAfterMs: sourced(2_000),
  lookup: { call: "DescribeRefreshTasks" },
});

const TABLE: ProviderTable = {
  lanes: {
    "purge-url": {
      ...lane("RefreshObjectCaches", "url", 1_000),
      coveredBy: [{ lane: "purge-directory", reach: "directory", options: {} }],
    },
    "purge-directory": lane("RefreshObjectCaches", "directory", 100),
    "prefetch-media": { ...lane("PushMedia", "url", 1), batchIsFixed: true },
  },
  calls: {
    RefreshObjectCaches: { perSecond: sourced(50), perMinute: null, timeoutMs: sourced(10_000) },
    PushMedia: { perSecond: null, perMinute: null, timeoutMs: sourced(10_000) },
    DescribeRefreshTasks: { perSecond: sourced(5), perMinute: null, timeoutMs: sourced(10_000) },
  },
  quotas: { url: sourced(10_000), directory: sourced(100), "url@overseas": sourced(2_000) },
  resetTimeZone: "Asia/Shanghai",
  lookBackMs: sourced(86_400_000),
  pollEveryMs: sourced(5_000),
  listedAfterMs: sourced(4_000),
};

/** No list of its tasks tells what became of a call. */
function withoutLookup({ listedAfterMs: _listedAfterMs, ...table }: ProviderTable): ProviderTable {
  return table;
}

/** A provider as far as the configuration asks one; a codec has nothing to do here. */
function provider(
  name: string,
  signatures: readonly string[],
  check: (settings: AccountSettings) => readonly Problem[],
  table: ProviderTable = TABLE,
): Provider {
  const unasked = (): never => {
    throw new Error(`${name}: the configuration encodes and decodes nothing`);
  };
  return {
    name,
    signatures,
    check,
    table: () => table,
    options: unasked,
    encode: unasked,
    decode: unasked,
    poll: { max: unasked, encode: unasked, decode: unasked, match: unasked },
  };
}

function needsProject({ projectId, credentials }: AccountSettings): readonly Problem[] {
  const project = { path: ["projectId"], code: "missing-project", detail: "expected the project's id" };
  const kind = { path: ["credentials"], code: "wrong-credentials", detail: "expected a token or a login" };
  return [...(projectId === null ? [project] : []), ...(credentials.kind === "keys" ? [kind] : [])];
}

/** One provider with a choice of signatures and no needs, one without a choice that needs a project and no key pair. */
export const catalog: ProviderCatalog = new Map([
  ["alibaba-cdn", provider("alibaba-cdn", ["acs3", "rpc"], () => [])],
  ["huawei-vod", provider("huawei-vod", [], needsProject, withoutLookup(TABLE))],
]);
