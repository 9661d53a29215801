import type { AccountSettings, CallSpec, Lane, LaneSpec, ProviderTable, Sourced } from "@purgeline/core";
import { formWeight } from "../shared/alibaba/form-weight.ts";
import { UNDER_DIRECTORY } from "../shared/alibaba/under-directory.ts";
import { isShanghai } from "./api-host.ts";
import { MEDIA_COVERS } from "./media-covers.ts";
import { QUOTA_OF } from "./quota-of.ts";

function sourced(value: number, source: string): Sourced {
  return { value, source, asOf: "2026-11-21" };
}

/** Rows of one DescribeVodRefreshTasks page (VOD3). */
export const PAGE_SIZE = 50;

/** Lists tasks by their time and kind, for lost answers; also the pages of one task. */
export const TASK_LIST = "DescribeVodRefreshTasks";

const UNCONFIRMED = "Purgeline (unconfirmed by any page)";
/** WithHeader with 2,048 characters of JSON, each of up to three bytes, which are nine in a form, and the short ones. */
const OWN_PARAMS_BYTES = 19_000;

function call(perSecond: Sourced): CallSpec {
  return { perSecond, perMinute: null, timeoutMs: sourced(10_000, "Purgeline") };
}

function lane(settings: AccountSettings, name: Lane, callName: string, batch: Sourced): LaneSpec {
  return {
    call: callName,
    quota: QUOTA_OF[name] ?? null,
    quotaByOption: null,
    // One media id is as many URLs as it has formats × definitions × slices: one is the least that it
    // can be. A guess that is too high would park a day's work that the provider still takes.
    unitsPerTarget: 1,
    batch,
    bodyBytes: sourced(1_000_000, UNCONFIRMED),
    weight: formWeight(settings, OWN_PARAMS_BYTES),
    urlChars: sourced(10_240, UNCONFIRMED),
    domains: null,
    perDomainPerMinute: null,
    inFlight: sourced(16, "Purgeline"),
    resendAfterMs: sourced(2_000, "Purgeline; tasks are listed by the second (VOD3)"),
  };
}

type Lanes = ProviderTable["lanes"];

function mediaLanes(settings: AccountSettings): Lanes {
  const batch = sourced(20, "SEED1");
  return {
    "purge-media": {
      ...lane(settings, "purge-media", "RefreshMediaPlayUrls", batch),
      coveredBy: MEDIA_COVERS,
    },
    "prefetch-media": lane(settings, "prefetch-media", "RefreshMediaPlayUrls", batch),
  };
}

/** What a URL-based request takes is stated nowhere for VOD: the CDN's numbers, whose operations these mirror. */
function urlLanes(settings: AccountSettings): Lanes {
  const refresh = (name: Lane, batch: Sourced): LaneSpec => ({
    ...lane(settings, name, "RefreshVodObjectCaches", batch),
    lookup: { call: TASK_LIST },
    domains: sourced(10, "H:91164, for the CDN"),
  });
  return {
    "purge-url": { ...refresh("purge-url", sourced(1_000, "GHVOD error table")), ...UNDER_DIRECTORY },
    "purge-directory": {
      ...refresh("purge-directory", sourced(100, "H:91164, for the CDN")),
      ...UNDER_DIRECTORY,
    },
    "purge-pattern": refresh("purge-pattern", sourced(1, "H:91164, for the CDN")),
    "purge-ignore-params": refresh("purge-ignore-params", sourced(1, UNCONFIRMED)),
    "prefetch-url": {
      ...lane(settings, "prefetch-url", "PreloadVodObjectCaches", sourced(100, "H:91161, for the CDN")),
      urlChars: sourced(1_024, "H:91161, for the CDN"),
      lookup: { call: TASK_LIST },
    },
  };
}

export function alibabaVodTable(settings: AccountSettings): ProviderTable {
  return {
    // VOD3 documents the URL-based operations for cn-shanghai only.
    lanes: { ...mediaLanes(settings), ...(isShanghai(settings.region) ? urlLanes(settings) : {}) },
    calls: {
      RefreshMediaPlayUrls: call(sourced(50, "www.alibabacloud.com/help/en/vod, page of 2024-05-11")),
      GetMediaRefreshJobs: call(sourced(50, "VOD3")),
      RefreshVodObjectCaches: call(sourced(10, UNCONFIRMED)),
      PreloadVodObjectCaches: call(sourced(10, UNCONFIRMED)),
      // The CDN's own task list allows 5 by its newest page.
      DescribeVodRefreshTasks: call(sourced(5, "H:91158, for the CDN")),
      // The CDN's own quota query allows 20; it is asked once in minutes.
      DescribeVodRefreshQuota: call(sourced(5, UNCONFIRMED)),
    },
    quotas: {
      url: sourced(2_000, "VOD3"),
      directory: sourced(100, "VOD3"),
      prefetch: sourced(500, "VOD3"),
      // VOD's own quota answer has no field for these two: the CDN's numbers, whose nodes they reach.
      pattern: sourced(20, "H:91164, for the CDN"),
      ignoreParams: sourced(100, "H:91164, for the CDN"),
    },
    resetTimeZone: "Asia/Shanghai",
    lookBackMs: sourced(3 * 24 * 3_600_000, "VOD3"),
    pollEveryMs: sourced(5_000, "SCRIPT21"),
    listedAfterMs: sourced(
      5_000,
      "Purgeline (unconfirmed by any page); the vendor's script asks after as long",
    ),
  };
}
