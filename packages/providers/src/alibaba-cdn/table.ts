import type { AccountSettings, CallSpec, Lane, LaneSpec, ProviderTable, Sourced } from "@purgeline/core";
import { formWeight } from "../shared/alibaba/form-weight.ts";
import { UNDER_DIRECTORY } from "../shared/alibaba/under-directory.ts";
import { QUOTA_OF } from "./quota-of.ts";

function sourced(value: number, source: string): Sourced {
  return { value, source, asOf: "2026-11-21" };
}

/** Rows of one DescribeRefreshTasks page (CDN9: 1–100). */
export const PAGE_SIZE = 100;
/** Task ids of one DescribeRefreshTaskById (CDN9, H:448062.htm). */
export const IDS_PER_QUERY = 10;

/** Lists tasks by their time and kind, for lost answers; also the pages of one task. */
export const TASK_LIST = "DescribeRefreshTasks";

/** A list of tasks tells seconds apart (CDN9): two sendings of one key must not fall into one. */
const RESEND_AFTER_MS = sourced(2_000, "Purgeline; tasks are listed by the second (CDN9)");
const IN_FLIGHT = sourced(16, "Purgeline");
/** No page states how large a form may be; a thousand URLs of 61 bytes are proven to go (vectors). */
const BODY_BYTES = sourced(1_000_000, "Purgeline (unconfirmed by any page)");
/** 1,024 is stated for prefetches alone. A longer URL that is refused is found by bisecting and fails alone. */
const URL_CHARS = sourced(10_240, "Purgeline (unconfirmed for refreshes)");
const DOMAINS = sourced(10, "H:91164");

/** The largest set of own parameters: WithHeader with 2,048 characters of JSON, each of up to three bytes, which are nine in a form. */
const OWN_PARAMS_BYTES = 19_000;

function call(perSecond: number, source: string): CallSpec {
  return { perSecond: sourced(perSecond, source), perMinute: null, timeoutMs: sourced(10_000, "Purgeline") };
}

function refreshLane(settings: AccountSettings, lane: Lane, batch: Sourced): LaneSpec {
  return {
    call: "RefreshObjectCaches",
    quota: QUOTA_OF[lane] ?? null,
    quotaByOption: null,
    unitsPerTarget: 1,
    batch,
    bodyBytes: BODY_BYTES,
    weight: formWeight(settings, OWN_PARAMS_BYTES),
    urlChars: URL_CHARS,
    domains: DOMAINS,
    perDomainPerMinute: null,
    inFlight: IN_FLIGHT,
    resendAfterMs: RESEND_AFTER_MS,
    lookup: { call: TASK_LIST },
  };
}

export function alibabaCdnTable(settings: AccountSettings): ProviderTable {
  return {
    lanes: {
      "purge-url": {
        ...refreshLane(settings, "purge-url", sourced(1_000, "SEED4, H:91164")),
        ...UNDER_DIRECTORY,
        perDomainPerMinute: sourced(10_000, "H:91164"),
      },
      "purge-directory": {
        ...refreshLane(settings, "purge-directory", sourced(100, "H:91164")),
        ...UNDER_DIRECTORY,
      },
      "purge-pattern": refreshLane(settings, "purge-pattern", sourced(1, "H:91164")),
      // How many a request takes is unconfirmed: one is never refused, and a day has only 100.
      "purge-ignore-params": refreshLane(
        settings,
        "purge-ignore-params",
        sourced(1, "Purgeline (unconfirmed by any page)"),
      ),
      "prefetch-url": {
        ...refreshLane(settings, "prefetch-url", sourced(100, "H:91161")),
        call: "PushObjectCache",
        urlChars: sourced(1_024, "H:91161"),
        domains: null,
      },
    },
    calls: {
      RefreshObjectCaches: call(50, "SEED4, H:91164"),
      PushObjectCache: call(50, "H:91161"),
      DescribeRefreshTaskById: call(30, "H:448062.htm"),
      // CDN5 and CDN9 say 10; the newest page says 5.
      DescribeRefreshTasks: call(5, "H:91158"),
      DescribeRefreshQuota: call(20, "H:448060.htm"),
    },
    quotas: {
      url: sourced(10_000, "CDN9, H:91164"),
      directory: sourced(100, "H:91164"),
      pattern: sourced(20, "H:91164"),
      ignoreParams: sourced(100, "H:91164"),
      prefetch: sourced(1_000, "CDN9, H:push-en"),
    },
    resetTimeZone: "Asia/Shanghai",
    lookBackMs: sourced(3 * 24 * 3_600_000, "CDN9, H:448062.htm"),
    pollEveryMs: sourced(5_000, "SCRIPT21"),
    listedAfterMs: sourced(
      5_000,
      "Purgeline (unconfirmed by any page); the vendor's script asks after as long",
    ),
  };
}
