import { describe, expect, it } from "vitest";
import { brief, load, withAccount } from "./loading.ts";

/** Problems of a refused file, warnings of a good one. */
const heard = (fields: object): readonly string[] => {
  const loaded = load(withAccount(fields));
  const said = loaded.ok ? loaded.warnings : loaded.problems;
  return [loaded.ok ? "good" : "refused", ...brief(said).map((each) => each.replace("accounts.0.", ""))];
};
const lanes = (own: object) => heard({ limits: { lanes: own } });
const calls = (own: object) => heard({ limits: { calls: own } });
const quota = (own: object) => heard({ quota: own, rollup: undefined });

describe("overrides of the shipped limits", () => {
  it("are for lanes that the provider has", () => {
    expect(lanes({ "purge-media": { batch: 1 } })).toEqual([
      "refused",
      "limits.lanes.purge-media: unsupported-lane",
    ]);
    expect(lanes({ "purge-urls": { batch: 1 } })).toEqual([
      "refused",
      "limits.lanes.purge-urls: unknown-key",
    ]);
  });

  it("are for calls that the provider has", () => {
    expect(calls({ RefreshObjectCache: { perSecond: 1 } })).toEqual([
      "refused",
      "limits.calls.RefreshObjectCache: unknown-call",
    ]);
    expect(calls({ toString: { perSecond: 1 } })).toEqual(["refused", "limits.calls.toString: unknown-call"]);
  });

  it("are whole numbers above zero", () => {
    for (const batch of [0, -1, 1.5, 1e300, "many"]) {
      expect(lanes({ "purge-url": { batch } })).toEqual([
        "refused",
        "limits.lanes.purge-url.batch: invalid-value",
      ]);
    }
    expect(calls({ RefreshObjectCaches: { perSecond: 0 } })).toEqual([
      "refused",
      "limits.calls.RefreshObjectCaches.perSecond: invalid-value",
    ]);
  });

  it("may exceed the provider's default, with a warning", () => {
    expect(lanes({ "purge-url": { batch: 1_001, inFlight: 99, domains: 50 } })).toEqual([
      "good",
      "limits.lanes.purge-url.batch: above-default",
    ]);
    expect(calls({ RefreshObjectCaches: { perSecond: 51, perMinute: 1, timeoutMs: 60_000 } })).toEqual([
      "good",
      "limits.calls.RefreshObjectCaches.perSecond: above-default",
    ]);
    expect(quota({ url: 10_001 })).toEqual(["good", "quota.url: above-default"]);
    expect(quota({ url: 10_000, directory: 0 })).toEqual(["good"]);
  });

  it("warn where nothing is looked up: the time until a list shows a call's tasks means nothing there", () => {
    const limits = { listedAfterMs: 1_000 };
    const huawei = { provider: "huawei-vod", projectId: "p1", credentials: { token: "t-1234" }, limits };
    expect(heard({ limits })).toEqual(["good"]);
    expect(heard({ ...huawei, signature: undefined, quota: {} })).toContain(
      "limits.listedAfterMs: unused-limit",
    );
  });

  it("may not exceed what a call has room for, whatever the provider grants", () => {
    expect(lanes({ "prefetch-media": { batch: 1 } })).toEqual(["good"]);
    expect(lanes({ "prefetch-media": { batch: 2 } })).toEqual([
      "refused",
      "limits.lanes.prefetch-media.batch: out-of-range",
    ]);
  });
});

describe("quota", () => {
  it("takes classes by area, and warns about those that the provider does not count", () => {
    expect(quota({ "url@overseas": 5 })).toEqual(["good"]);
    expect(quota({ pattern: 5, "url@mainland": 5 })).toEqual([
      "good",
      "quota.pattern: unused-quota",
      "quota.url@mainland: unused-quota",
    ]);
    expect(quota({ urls: 5 })).toEqual(["refused", "quota.urls: unknown-key"]);
    expect(quota({ "url@": 5 })).toEqual(["refused", "quota.url@: unknown-key"]);
    expect(quota({ "urls@overseas": 5 })).toEqual(["refused", "quota.urls@overseas: unknown-key"]);
  });

  it("gives shares to tokens that there are, of classes that there are", () => {
    expect(quota({ shares: { shop: { url: 1, directory: 5 }, local: { "url@overseas": 5 } } })).toEqual([
      "good",
    ]);
    expect(quota({ shares: { shop: { pattern: 5 } } })).toEqual([
      "good",
      "quota.shares.shop.pattern: unused-quota",
    ]);
    expect(quota({ shares: { shup: { url: 5 } } })).toEqual(["refused", "quota.shares.shup: unknown-token"]);
    expect(quota({ shares: { shop: { urls: 5, "url@": 3, url: "many" } } })).toEqual([
      "refused",
      "quota.shares.shop.urls: unknown-key",
      "quota.shares.shop.url@: unknown-key",
      "quota.shares.shop.url: invalid-value",
    ]);
    for (const url of [0, -1]) {
      expect(quota({ shares: { shop: { url } } })).toEqual([
        "refused",
        "quota.shares.shop.url: invalid-value",
      ]);
    }
    expect(quota({ shares: { shop: 5 } })).toEqual(["refused", "quota.shares.shop: invalid-value"]);
  });

  it("gives no share that is larger than what there is, by the file or by the provider's default", () => {
    expect(quota({ url: 10, shares: { shop: { url: 10 } } })).toEqual(["good"]);
    expect(quota({ url: 10, shares: { shop: { url: 11 } } })).toEqual([
      "refused",
      "quota.shares.shop.url: conflict",
    ]);
    expect(quota({ shares: { shop: { url: 10_001 } } })).toEqual([
      "refused",
      "quota.shares.shop.url: conflict",
    ]);
  });

  it("names an unknown class of a share and the one that is meant", () => {
    const loaded = load(withAccount({ quota: { shares: { shop: { urls: 5 } } } }));
    const said = loaded.ok ? [] : loaded.problems.map(({ detail }) => detail);
    expect(said).toEqual(['unknown key; did you mean "url"?']);
  });

  it.each(["Asia/Nowhere", "+08:00", "GMT+8", "", 8])("refuses %j as a time zone", (resetTimeZone) => {
    expect(quota({ resetTimeZone })).toEqual(["refused", "quota.resetTimeZone: invalid-value"]);
  });

  it.each(["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires"])(
    "takes the time zone %s",
    (resetTimeZone) => {
      expect(quota({ resetTimeZone })).toEqual(["good"]);
    },
  );

  it("lets no provider be asked for its figures more than ten times a second", () => {
    expect(quota({ askEveryMs: 100 })).toEqual(["good"]);
    expect(quota({ askEveryMs: 99 })).toEqual(["refused", "quota.askEveryMs: invalid-value"]);
  });

  it("keeps less in reserve than a class that the file sets has", () => {
    expect(quota({ url: 10, reserveForUrgent: 10 })).toEqual(["refused", "quota.reserveForUrgent: conflict"]);
    expect(quota({ url: 11, reserveForUrgent: 10 })).toEqual(["good"]);
    expect(quota({ reserveForUrgent: 10_000 })).toEqual(["refused", "quota.reserveForUrgent: conflict"]);
  });

  it("warns when the reserve leaves nothing of a class at its default", () => {
    expect(quota({ url: 500, reserveForUrgent: 100 })).toEqual(["good", "quota.reserveForUrgent: conflict"]);
  });
});
