import type { CallSpec, LaneSpec, ProviderTable, Sourced } from "@purgeline/core";
import { softBy, underDirectory } from "../shared/under-directory.ts";

/*
 * Every number about Huawei Cloud CDN. Pages are under https://support.huaweicloud.com/:
 * api-cdn/CreateRefreshTasks, CreatePreheatingTasks, ShowHistoryTaskDetails, ShowQuota.
 */

const asOf = "2026-11-21";
const from = (value: number, source: string): Sourced => ({ value, source, asOf });

const refreshPage = "api-cdn/CreateRefreshTasks, 2025-10-30";
const preheatPage = "intl/en-us/api-cdn/CreatePreheatingTasks, 2025-11-27";
const detailPage = "api-cdn/ShowHistoryTaskDetails, 2025-10-30";
const quotaPage = "intl/en-us/api-cdn/ShowQuota, 2026-01-09";

/*
 * More than five wrong signatures in a row lock a key for five minutes (devg-apisign/api-sign-0001). One call of each
 * lane and, where answers take less than a second, one of each query may be without an answer: five in all.
 */
const keyLock = "Purgeline; answers before the key is locked";

// {"refresh_task":{"type":"directory","mode":"detect_modify_refresh","zh_url_encode":false,"urls":[]}} has 97 bytes.
const weight = { encoding: "json", fixed: 97, perItem: 3 } as const;

function lane(spec: Pick<LaneSpec, "call" | "quota" | "batch">): LaneSpec {
  return {
    quotaByOption: null,
    unitsPerTarget: 1,
    bodyBytes: from(12_000_000, "devg-apisign/api-sign-provide01: 12 MB with AK/SK"),
    weight,
    urlChars: from(4_096, `${refreshPage}; older pages say 10,240`),
    domains: null,
    perDomainPerMinute: null,
    inFlight: from(1, keyLock),
    resendAfterMs: from(2_000, "Purgeline"),
    ...spec,
  };
}

function call(perSecond: Sourced): CallSpec {
  return { perSecond, perMinute: null, timeoutMs: from(10_000, "Purgeline") };
}

/** The soft mode refreshes only what the origin has changed. */
const UNDER_DIRECTORY = underDirectory({ mode: softBy("detect_modify_refresh") });

/** Calls by the names of the provider's own SDKs. */
export const HUAWEI_CDN_TABLE: ProviderTable = {
  lanes: {
    "purge-url": {
      ...lane({ call: "CreateRefreshTasks", quota: "url", batch: from(1_000, refreshPage) }),
      ...UNDER_DIRECTORY,
    },
    "purge-directory": {
      ...lane({
        call: "CreateRefreshTasks",
        quota: "directory",
        batch: from(100, "huaweicloud-sdk-go-v3 services/cdn/v2; the page of 2025-10-30 says 1,000"),
      }),
      ...UNDER_DIRECTORY,
    },
    "prefetch-url": lane({
      call: "CreatePreheatingTasks",
      quota: "prefetch",
      batch: from(1_000, "api-cdn/cdn_02_0046"),
    }),
  },
  calls: {
    CreateRefreshTasks: call(from(30, refreshPage)),
    CreatePreheatingTasks: call(from(30, preheatPage)),
    ShowHistoryTaskDetails: call(from(1, `${keyLock}; ${detailPage} allows 30`)),
    ShowQuota: call(from(1, `${keyLock}; ${quotaPage} allows 5`)),
  },
  // The pages state no defaults: ShowQuota tells each account's own, and only lowers these.
  quotas: {
    url: from(2_000, "Purgeline; unpublished, ShowQuota tells"),
    directory: from(100, "Purgeline; unpublished, ShowQuota tells"),
    prefetch: from(1_000, "Purgeline; unpublished, ShowQuota tells"),
  },
  // The reset's hour and zone are unpublished.
  resetTimeZone: "Asia/Shanghai",
  lookBackMs: from(7 * 24 * 3_600_000, `${detailPage}: 7 days unless a create_time is given`),
  pollEveryMs: from(5_000, "Purgeline"),
};

/** Rows of one page: no batch is larger, so that the first page has all of a task; the provider takes up to 10,000. */
export const PAGE_SIZE = 1_000;
