import type { AccountSettings, JsonObject, LaneSpec, ProviderTable } from "@purgeline/core";
import { quotasOf } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { tencentCdn } from "./index.ts";
import { sampleAccount } from "./sample-account.ts";

const api3 = tencentCdn.table(sampleAccount());
const v2 = tencentCdn.table(sampleAccount({ signature: "v2-sha256" }));
const ofLanes = ({ lanes }: ProviderTable, read: (spec: LaneSpec) => unknown) =>
  Object.fromEntries(Object.entries(lanes).map(([lane, spec]) => [lane, read(spec)]));
const HOUR_MS = 3_600_000;

describe("the tables", () => {
  it("have no prefetch in v2, and smaller batches of directories", () => {
    const batch = ({ batch: { value } }: LaneSpec) => value;
    expect(ofLanes(api3, batch)).toEqual({ "purge-url": 1_000, "purge-directory": 500, "prefetch-url": 500 });
    expect(ofLanes(v2, batch)).toEqual({ "purge-url": 1_000, "purge-directory": 20 });
  });

  it("have 20 calls a second in API 3.0, and the request's 10,000 a minute in v2", () => {
    const rates = ({ calls }: ProviderTable) =>
      Object.fromEntries(
        Object.entries(calls).map(([call, { perSecond, perMinute }]) => [
          call,
          [perSecond?.value ?? null, perMinute?.value ?? null],
        ]),
      );
    expect(new Set(Object.values(rates(api3)).map(String))).toEqual(new Set(["20,"]));
    expect(rates(v2)).toEqual({
      RefreshCdnUrl: [null, 10_000],
      RefreshCdnDir: [null, 3_000],
      GetCdnRefreshLog: [null, 1_000],
      GetCdnOverseaRefreshLog: [null, 1_000],
    });
  });

  it("count each area apart, and a push to both as one of each", () => {
    const quotas = ({ quotas: all }: ProviderTable) =>
      Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]));
    const purges = { url: 10_000, "url@overseas": 10_000, directory: 100, "directory@overseas": 100 };
    expect(quotas(api3)).toEqual({ ...purges, prefetch: 1_000, "prefetch@overseas": 1_000 });
    expect(quotas(v2)).toEqual(purges);
    const byArea = ({ quotaByOption }: LaneSpec) => quotaByOption;
    const overseas = (name: string) => ({ overseas: [`${name}@overseas`] });
    const spends = {
      "purge-url": { option: "Area", classes: overseas("url") },
      "purge-directory": { option: "Area", classes: overseas("directory") },
    };
    expect(ofLanes(v2, byArea)).toEqual(spends);
    expect(ofLanes(api3, byArea)).toEqual({
      ...spends,
      "prefetch-url": {
        option: "Area",
        classes: { ...overseas("prefetch"), global: ["prefetch", "prefetch@overseas"] },
      },
    });
  });

  it("count a purge without an area as the account says, and a push always as one for the mainland", () => {
    const spent = (own: AccountSettings["own"], options: JsonObject) =>
      ofLanes(tencentCdn.table(sampleAccount({ own })), (spec) => quotasOf(spec, options));
    const lanes = (url: string, directory: string, ...prefetch: string[]) => ({
      "purge-url": [url],
      "purge-directory": [directory],
      "prefetch-url": prefetch,
    });
    const home = lanes("url", "directory", "prefetch");
    expect([spent({}, {}), spent({ area: "mainland" }, {})]).toEqual([home, home]);
    expect(spent({ area: "overseas" }, {})).toEqual(lanes("url@overseas", "directory@overseas", "prefetch"));
    for (const own of [{}, { area: "overseas" }]) {
      expect(spent(own, { Area: "mainland" })).toEqual(home);
      expect(spent(own, { Area: "overseas" })).toEqual(
        lanes("url@overseas", "directory@overseas", "prefetch@overseas"),
      );
      expect(spent(own, { Area: "global" })).toMatchObject({
        "prefetch-url": ["prefetch", "prefetch@overseas"],
      });
    }
  });

  it.each<[string, Partial<AccountSettings>, string]>([
    ["an unknown area", { own: { area: "global" } }, "expected mainland or overseas"],
    ["a name that every object has", { own: { area: "constructor" } }, "expected mainland or overseas"],
    [
      "overseas in v2",
      { own: { area: "overseas" }, signature: "v2-sha256" },
      "expected mainland: a v2 submit",
    ],
  ])("are not chosen by %s", (_name, changes, detail) => {
    expect(tencentCdn.check(sampleAccount(changes))).toMatchObject([
      { path: ["settings", "area"], code: "bad-area", detail: expect.stringContaining(detail) },
    ]);
  });

  it("wait three seconds in v2 before a query and before the same URL again, and ask for 30 days", () => {
    const resend = ({ resendAfterMs: { value } }: LaneSpec) => value;
    expect(ofLanes(v2, resend)).toEqual({ "purge-url": 3_000, "purge-directory": 3_000 });
    expect([v2.pollEveryMs.value, v2.lookBackMs.value]).toEqual([3_000, 30 * 24 * HOUR_MS]);
    expect([api3.pollEveryMs.value, api3.lookBackMs.value]).toEqual([3_000, 3 * 24 * HOUR_MS]);
  });

  it("have quota queries in API 3.0 alone", () => {
    expect(tencentCdn.quota?.calls(sampleAccount())).toEqual(["DescribePurgeQuota", "DescribePushQuota"]);
    expect(tencentCdn.quota?.calls(sampleAccount({ signature: "v2-sha1" }))).toEqual([]);
  });
});
