import { describe, expect, it } from "vitest";
import { testAccount } from "../shared/alibaba/test-account.ts";
import { alibabaCdnTable } from "./table.ts";

describe("the limits of Alibaba CDN", () => {
  const table = alibabaCdnTable(testAccount("alibaba-cdn"));

  it("are those of the seed and its newer pages", () => {
    const lanes = Object.entries(table.lanes).map(([lane, spec]) => [
      lane,
      spec.call,
      spec.batch.value,
      spec.quota,
    ]);
    expect(lanes).toEqual([
      ["purge-url", "RefreshObjectCaches", 1_000, "url"],
      ["purge-directory", "RefreshObjectCaches", 100, "directory"],
      ["purge-pattern", "RefreshObjectCaches", 1, "pattern"],
      ["purge-ignore-params", "RefreshObjectCaches", 1, "ignoreParams"],
      ["prefetch-url", "PushObjectCache", 100, "prefetch"],
    ]);
    const rates = Object.entries(table.calls).map(([call, spec]) => [call, spec.perSecond?.value]);
    expect(Object.fromEntries(rates)).toEqual({
      RefreshObjectCaches: 50,
      PushObjectCache: 50,
      DescribeRefreshTaskById: 30,
      DescribeRefreshTasks: 5,
      DescribeRefreshQuota: 20,
    });
    expect(table.lanes["purge-url"]).toMatchObject({
      domains: { value: 10 },
      perDomainPerMinute: { value: 10_000 },
    });
    expect(table.lanes["prefetch-url"]).toMatchObject({ domains: null, urlChars: { value: 1_024 } });
  });

  it("leave room in the body for a session token where it travels there", () => {
    const credentials = {
      kind: "keys",
      accessKeyId: "STS.x",
      accessKeySecret: "s",
      securityToken: "t/".repeat(500),
    } as const;
    const fixed = (signature: string) =>
      alibabaCdnTable(testAccount("alibaba-cdn", { signature, credentials })).lanes["purge-url"]?.weight
        .fixed ?? 0;
    expect(fixed("rpc") - fixed("acs3")).toBeGreaterThan(2_000);
  });
});
