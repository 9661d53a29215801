import type { CallSpec, LaneSpec, ProviderTable, Sourced } from "@purgeline/core";

/*
 * Every number about Huawei Cloud VOD. Pages are under https://support.huaweicloud.com/:
 * api-vod/vod_04_0001 (refresh), vod_04_0205 (preheat), vod_04_0243 (rates).
 */

const asOf = "2026-11-21";
const from = (value: number, source: string): Sourced => ({ value, source, asOf });

const refreshPage = "api-vod/vod_04_0001, CDN Cache Refresh";
const preheatPage = "api-vod/vod_04_0205, CDN prefetch";
const ratesPage = "intl/en-us/api-vod/vod_04_0243, API throttling";

// The longest fixed part is {"asset_id_list":[]} with 20 bytes; an item adds two quotes and a comma.
const weight = { encoding: "json", fixed: 20, perItem: 3 } as const;

// Asset ids are 32 hexadecimal characters on every page; twice that leaves room for another form.
const idChars = from(64, "Purgeline; asset ids have 32 characters on every page");

/*
 * More than five wrong signatures in a row lock a key for five minutes (devg-apisign/api-sign-0001), for everybody
 * who uses it. So no more than five calls of an account may be without an answer: where answers take less than a
 * second, these are one of each purge lane, one preheating and one of each query. Ten calls a minute need no more.
 */
const keyLock = "Purgeline; answers before the key is locked";

function lane(spec: Pick<LaneSpec, "call" | "quota" | "batch" | "batchIsFixed" | "urlChars">): LaneSpec {
  return {
    quotaByOption: null,
    unitsPerTarget: 1,
    bodyBytes: from(12_000_000, "devg-apisign/api-sign-provide01: 12 MB with AK/SK"),
    weight,
    domains: null,
    perDomainPerMinute: null,
    inFlight: from(1, keyLock),
    resendAfterMs: from(2_000, "Purgeline"),
    ...spec,
  };
}

function call(perMinute: number, source: string, perSecond: number | null): CallSpec {
  return {
    perSecond: perSecond === null ? null : from(perSecond, keyLock),
    perMinute: from(perMinute, source),
    timeoutMs: from(10_000, "Purgeline"),
  };
}

/** Calls by the names of the provider's own SDKs. */
export const HUAWEI_VOD_TABLE: ProviderTable = {
  lanes: {
    "purge-media": lane({
      call: "RefreshAsset",
      quota: "url",
      batch: from(10, refreshPage),
      urlChars: idChars,
    }),
    "purge-url": lane({
      call: "RefreshAsset",
      quota: "url",
      batch: from(10, refreshPage),
      urlChars: from(10_240, refreshPage),
    }),
    "prefetch-media": lane({
      call: "CreatePreheatingAsset",
      quota: "prefetch",
      batch: from(1, `${preheatPage}: asset_id is one id`),
      batchIsFixed: true,
      urlChars: idChars,
    }),
    "prefetch-url": lane({
      call: "CreatePreheatingAsset",
      quota: "prefetch",
      batch: from(10, preheatPage),
      urlChars: from(10_240, `${refreshPage}; the prefetch page states none`),
    }),
  },
  calls: {
    // The pages of the refresh and its query state no rate: the lower one of preheating is taken.
    RefreshAsset: call(10, `${ratesPage}: as preheating; unpublished`, null),
    ShowRefreshResult: call(100, `${ratesPage}: as the preheating query; unpublished`, 1),
    // The Chinese page says 100, the international one 10: the lower one is safe with either.
    CreatePreheatingAsset: call(10, ratesPage, 1),
    ShowPreheatingAsset: call(100, ratesPage, 1),
  },
  quotas: {
    // Whether calls, assets or URLs are counted is unpublished; every target counting one is the safe reading.
    url: from(1_000, refreshPage),
    prefetch: from(1_000, preheatPage),
  },
  // The reset's hour and zone are unpublished; the default regions are in Beijing's.
  resetTimeZone: "Asia/Shanghai",
  // Preheating takes 3 to 5 minutes (vod_faq/vod_08_0085): what has no end after a day will not get one.
  lookBackMs: from(24 * 3_600_000, "Purgeline; how long a task can be asked for is unpublished"),
  // A query a second carries 5 tasks at this pace; when more are under way the call's limit spreads them.
  pollEveryMs: from(5_000, "Purgeline"),
};
