import type {
  AccountSettings,
  LaneSpec,
  LookupSpec,
  ProviderTable,
  QuotaClass,
  Sourced,
} from "@purgeline/core";
import { softBy, underDirectory } from "../shared/under-directory.ts";
import { isAbroad, isLegacy } from "./account.ts";
import { overseas, spendingOf } from "./quota-class.ts";
import { HOME_LOG, OVERSEAS_LOG } from "./v2-log.ts";

/*
 * Every number about Tencent CDN. API 3.0: cloud.tencent.com/document/api/228/37870 (URLs), 37871
 * (directories), 37869 (push), 37873 and product/228/37872 (tasks), product/228/41956 (quota). Legacy v2: api/228/3946, api/231/3947, api/228/3948;
 * overseas api/228/7346, 7389, 7347.
 */

const asOf = "2026-11-21";
const page = (path: string): string => `https://cloud.tencent.com/${path}`;
const from = (value: number, source: string): Sourced => ({ value, source, asOf });

const DAY_MS = 24 * 3_600_000;

const inFlight = from(16, "Purgeline");
const timeoutMs = from(10_000, "Purgeline");
// No page gives the length behind CdnUrlExceedLength; a longer URL than it allows is bisected out of its batch.
const urlChars = from(10_240, "Purgeline; the provider publishes no figure");
// A purge is through in 5 minutes, a push in 30: what has no end after three days will not get one.
const api3LookBackMs = from(3 * DAY_MS, "Purgeline; API 3.0 publishes no window");
const v2LookBackMs = from(30 * DAY_MS, `${page("document/api/228/3948")}: records are kept for 30 days`);
// The v2 page asks callers to wait three seconds after a submit; nothing is known for API 3.0.
const threeSeconds = from(3_000, "RefreshCdnUrl page of 2018, result example");
// The reset hour is unpublished; the service's own pages count days in Beijing time.
const resetTimeZone = "Asia/Shanghai";

export function tableOf(settings: AccountSettings): ProviderTable {
  return isLegacy(settings) ? v2Table(settings) : api3Table(isAbroad(settings));
}

type OwnOfLane = Pick<LaneSpec, "call" | "batch" | "bodyBytes" | "weight" | "resendAfterMs" | "coveredBy"> & {
  readonly quota: QuotaClass;
  readonly lookup: LookupSpec;
};

function lane(spec: OwnOfLane, ofPurgesAbroad = false): LaneSpec {
  return {
    unitsPerTarget: 1,
    urlChars,
    domains: null,
    perDomainPerMinute: null,
    inFlight,
    ...spec,
    ...spendingOf(spec.quota, ofPurgesAbroad),
  };
}

interface QuotaOfAreas {
  readonly home: Sourced;
  readonly abroad: Sourced;
}

function inEachArea(value: number, source: string): QuotaOfAreas {
  const units = from(value, source);
  return { home: units, abroad: units };
}

function quotasOf(homes: Readonly<Record<QuotaClass, QuotaOfAreas>>): ProviderTable["quotas"] {
  return Object.fromEntries(
    Object.entries(homes).flatMap(([name, { home, abroad }]) => [
      [name, home],
      [overseas(name), abroad],
    ]),
  );
}

const soft = softBy("flush");
// Without Area all of the domain's own area is purged, and a named one must be in that.
const underApi3Directory = underDirectory({ FlushType: soft, Area: { kind: "list" } });
// A submit without Area is the mainland's: neither area holds the other.
const underV2Directory = underDirectory({ FlushType: soft });

const api3Call = (path: string) => ({
  perSecond: from(20, page(path)),
  perMinute: null,
  timeoutMs,
});

// The largest option set: 20 headers of 128 + 1,024 bytes, every one a quote or a backslash (escaped: twice
// as long), a user agent of 1,024, names and brackets: under 50,000. An item adds two quotes and a comma.
const api3Weight = { encoding: "json", fixed: 50_000, perItem: 3 } as const;
const api3ResendAfterMs = from(2_000, "Purgeline; records carry whole seconds");
const api3Body = from(10_000_000, "API 3.0 request structure: 10 MB for a TC3 POST");

function api3Table(ofPurgesAbroad: boolean): ProviderTable {
  return {
    lanes: {
      "purge-url": lane(
        {
          call: "PurgeUrlsCache",
          quota: "url",
          batch: from(1_000, page("document/api/228/37870")),
          bodyBytes: api3Body,
          weight: api3Weight,
          resendAfterMs: api3ResendAfterMs,
          lookup: { call: "DescribePurgeTasks" },
          ...underApi3Directory,
        },
        ofPurgesAbroad,
      ),
      "purge-directory": lane(
        {
          call: "PurgePathCache",
          quota: "directory",
          batch: from(500, page("document/api/228/37871")),
          bodyBytes: api3Body,
          weight: api3Weight,
          resendAfterMs: api3ResendAfterMs,
          lookup: { call: "DescribePurgeTasks" },
          ...underApi3Directory,
        },
        ofPurgesAbroad,
      ),
      "prefetch-url": lane(
        {
          call: "PushUrlsCache",
          quota: "prefetch",
          batch: from(500, page("document/api/228/37869")),
          bodyBytes: api3Body,
          weight: api3Weight,
          resendAfterMs: api3ResendAfterMs,
          lookup: { call: "DescribePushTasks" },
        },
        ofPurgesAbroad,
      ),
    },
    calls: {
      PurgeUrlsCache: api3Call("document/api/228/37870"),
      PurgePathCache: api3Call("document/api/228/37871"),
      PushUrlsCache: api3Call("document/api/228/37869"),
      DescribePurgeTasks: api3Call("document/api/228/37873"),
      DescribePushTasks: api3Call("document/product/228/37872"),
      DescribePurgeQuota: api3Call("document/product/228/41956"),
      DescribePushQuota: {
        perSecond: from(20, "https://tencentcloud.com/document/api/228/37473"),
        perMinute: null,
        timeoutMs,
      },
    },
    quotas: quotasOf({
      url: inEachArea(10_000, page("document/api/228/37870")),
      directory: inEachArea(100, page("document/api/228/37871")),
      prefetch: inEachArea(1_000, page("document/api/228/37869")),
    }),
    resetTimeZone,
    lookBackMs: api3LookBackMs,
    pollEveryMs: threeSeconds,
    listedAfterMs: from(3_000, "Purgeline (unconfirmed by any page); what v2's page of 2018 asks for"),
  };
}

// What was sent overseas stands in a log of its own. Neither tells soft purges of a directory from hard ones.
const v2Lookup: LookupSpec = {
  call: HOME_LOG,
  withoutIds: true,
  callByOption: { option: "Area", calls: { overseas: OVERSEAS_LOG } },
};

/** No prefetch: v2's CdnUrlPusher was a closed beta whose status query and its words are not documented to us. */
function v2Table(settings: AccountSettings): ProviderTable {
  const { credentials, region } = settings;
  const keyTexts =
    credentials.kind === "keys" ? [credentials.accessKeyId, credentials.securityToken ?? ""] : [];
  // Action, time, nonce, signature (44 characters, each at most 3 bytes long) and their names: under 400.
  const fixed = 400 + encodeURIComponent([...keyTexts, region ?? ""].join("")).length;
  // "&urls.999=" is ten bytes.
  const weight = { encoding: "form", fixed, perItem: 10 } as const;
  const bodyBytes = from(
    1_000_000,
    "API request structure: 1 MB for a POST signed with HmacSHA1 or HmacSHA256",
  );
  const perMinute = (value: number, source: string) => ({
    perSecond: null,
    perMinute: from(value, source),
    timeoutMs,
  });
  return {
    lanes: {
      "purge-url": lane({
        call: "RefreshCdnUrl",
        quota: "url",
        batch: from(1_000, page("document/api/228/3946")),
        bodyBytes,
        weight,
        resendAfterMs: threeSeconds,
        lookup: v2Lookup,
        ...underV2Directory,
      }),
      "purge-directory": lane({
        call: "RefreshCdnDir",
        quota: "directory",
        batch: from(20, page("doc/api/231/3947")),
        bodyBytes,
        weight,
        resendAfterMs: threeSeconds,
        lookup: v2Lookup,
        ...underV2Directory,
      }),
    },
    calls: {
      // The page of 2020 says 1,200: an account that is held to it overrides this. The overseas submits,
      // whose pages have no figure, count as their mainland twins: a lane has one call.
      RefreshCdnUrl: perMinute(10_000, "RefreshCdnUrl page of 2018"),
      RefreshCdnDir: perMinute(3_000, page("doc/api/231/3947")),
      GetCdnRefreshLog: perMinute(1_000, page("document/api/228/3948")),
      GetCdnOverseaRefreshLog: perMinute(1_000, "Purgeline; as GetCdnRefreshLog, its own page has no figure"),
    },
    quotas: quotasOf({
      url: {
        home: from(10_000, page("document/api/228/3946")),
        abroad: from(10_000, page("document/api/228/7346")),
      },
      directory: {
        home: from(100, page("doc/api/231/3947")),
        abroad: from(100, page("document/api/228/7389")),
      },
    }),
    resetTimeZone,
    lookBackMs: v2LookBackMs,
    pollEveryMs: threeSeconds,
    listedAfterMs: threeSeconds,
  };
}
