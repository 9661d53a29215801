import { describe, expect, it } from "vitest";
import { testAccount } from "../shared/alibaba/test-account.ts";
import { alibabaVodTable } from "./table.ts";

describe("the limits of ApsaraVideo VOD", () => {
  const table = alibabaVodTable(testAccount("alibaba-vod"));

  it("are those of the seed and of VOD's pages, and the CDN's where these are silent", () => {
    const lanes = Object.entries(table.lanes).map(
      ([lane, { call, batch, quota, domains }]) =>
        `${lane} ${call} ${batch.value} ${quota} ${domains?.value ?? "any"}`,
    );
    expect(lanes).toEqual([
      "purge-media RefreshMediaPlayUrls 20 url any",
      "prefetch-media RefreshMediaPlayUrls 20 prefetch any",
      "purge-url RefreshVodObjectCaches 1000 url 10",
      "purge-directory RefreshVodObjectCaches 100 directory 10",
      "purge-pattern RefreshVodObjectCaches 1 pattern 10",
      "purge-ignore-params RefreshVodObjectCaches 1 ignoreParams 10",
      "prefetch-url PreloadVodObjectCaches 100 prefetch any",
    ]);
    const days = Object.entries(table.quotas).map(([name, { value }]) => `${name} ${value}`);
    expect(days).toEqual(["url 2000", "directory 100", "prefetch 500", "pattern 20", "ignoreParams 100"]);
  });

  it("are called careful where no page states them", () => {
    const unconfirmed = Object.entries(table.calls).filter(([, call]) =>
      call.perSecond?.source.includes("unconfirmed"),
    );
    expect(unconfirmed.map(([name, call]) => [name, call.perSecond?.value])).toEqual([
      ["RefreshVodObjectCaches", 10],
      ["PreloadVodObjectCaches", 10],
      ["DescribeVodRefreshQuota", 5],
    ]);
  });
});
