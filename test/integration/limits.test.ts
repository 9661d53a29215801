import type { Limits } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";
import { zoneAtNoon } from "./zone-at-noon.ts";

let running: Service;
afterEach(() => running.close());

function account(name: string, more: string): string {
  return `  - { name: ${name}, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: id, accessKeySecret: secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, ${more} }\n`;
}

const urls = (count: number, host = "a.example.com"): string[] =>
  Array.from({ length: count }, (_, i) => `https://${host}/${i}`);

function perDomainPerMinute(most: number): (limits: Limits) => Limits {
  return (limits) => {
    const lane = limits.lanes["purge-url"];
    if (lane === undefined) throw new Error("no lane purge-url");
    return { ...limits, lanes: { ...limits.lanes, "purge-url": { ...lane, perDomainPerMinute: most } } };
  };
}

function stats(call: string) {
  const found = running.simulators.ledger.stats().find((each) => each.call === call);
  if (found === undefined) throw new Error(`no ${call} was received`);
  return found;
}

function arrivals(call: string): number[] {
  return running.simulators.ledger
    .since(0, 20_000)
    .filter((entry) => entry.call === call)
    .map((entry) => entry.receivedMonotonicMs);
}

describe("at the provider's door", () => {
  it("two workers under saturation never exceed 50 calls in any second, and use at least 90 % of them", async () => {
    running = await service(account("ali", "limits: { lanes: { purge-url: { batch: 1 } } }"), {
      completeMs: 0,
    });
    const id = await running.post({ op: "purge", urls: urls(400) });
    await Promise.all([running.startWorker(), running.startWorker()]);
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    const { rateViolations, peakPerSecond, outcomes } = stats("RefreshObjectCaches");
    // Each call's answer: a repeated one tells what it was repeated for.
    expect({ rateViolations, outcomes }).toEqual({ rateViolations: 0, outcomes: { ok: 400 } });
    expect(peakPerSecond).toBeLessThanOrEqual(50);
    // The machine may be busy with anything, so the best window of 1,025 ms counts, after the first, which is a
    // burst. How near to 97 % it comes all the time is a benchmark's to show.
    const times = arrivals("RefreshObjectCaches").map((at, _, [first = 0]) => at - first);
    const later = times.filter((at) => at >= 1025);
    const inWindow = later.map((from) => later.filter((at) => at >= from && at < from + 1025).length);
    expect(Math.max(...inWindow)).toBeGreaterThanOrEqual(0.9 * 50);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at));
    expect(Math.max(...pauses)).toBeLessThan(5000);
  });

  it("a domain over its minute waits, and the account's other domains go on", async () => {
    running = await service(account("ali", "limits: { lanes: { purge-url: { perDomainPerMinute: 20 } } }"), {
      completeMs: 0,
    });
    await running.startWorker();
    const flood = await running.post({ op: "purge", urls: urls(50, "flood.example.com") });
    const other = await running.post({ op: "purge", urls: urls(5, "calm.example.com") });
    expect(await running.ended(other)).toMatchObject({ state: "confirmed" });
    const waiting = await running.receipt(flood);
    expect(waiting.counts).toMatchObject({ pending: 30 });
    expect(waiting.waiting).toMatchObject([{ reason: "rate", targets: 30 }]);
  });

  it("a domain that others keep over its minute waits alone, whatever shared a batch with it", async () => {
    running = await service(account("ali", "quota: { url: 100 }"), {
      completeMs: 0,
      played: perDomainPerMinute(20),
    });
    const flood = urls(21, "flood.example.com");
    const mixed = [...urls(5, "calm.example.com"), ...flood, ...urls(5, "quiet.example.com")];
    const id = await running.post({ op: "purge", urls: mixed });
    await running.startWorker();
    await expect.poll(async () => (await running.receipt(id)).counts.confirmed).toBe(10);
    const { counts, waiting } = await running.receipt(id);
    expect(counts).toMatchObject({ confirmed: 10, total: 31 });
    expect(waiting).toMatchObject([{ reason: "rate", targets: 21 }]);
    // The whole, and its three parts.
    expect(stats("RefreshObjectCaches").outcomes).toEqual({ "QuotaPerMinuteExceeded.Refresh": 2, ok: 2 });
    expect(stats("RefreshObjectCaches").itemsAccepted).toBe(10);
  });
});

describe("the day's quota", () => {
  it("parks what does not fit, says until when, and goes on after the provider's day has turned", async () => {
    running = await service(account("ali", `quota: { url: 15, resetTimeZone: ${zoneAtNoon()} }`), {
      completeMs: 0,
    });
    await running.startWorker();
    const id = await running.post({ op: "purge", urls: urls(40) });
    const wide = await running.post({ op: "purge", directories: ["https://a.example.com/a/"] });
    await expect
      .poll(async () => await running.receipt(id))
      .toMatchObject({ counts: { confirmed: 15 }, waiting: [{ reason: "quota", targets: 25 }] });
    expect(await running.ended(wide)).toMatchObject({ state: "confirmed" });
    const [{ until } = { until: null }] = (await running.receipt(id)).waiting;
    // Midnight there, the call's time-out and a second, and up to three more for what the Date header's whole seconds hide.
    expect(until).toMatch(/T\d\d:00:1[1-4]\.000Z$/);
    const [state] = await running.store.accounts();
    expect(state?.quotas.find((quota) => quota.class === "url")).toMatchObject({
      limit: 15,
      used: 15,
      reserved: 0,
    });
    expect(stats("RefreshObjectCaches").itemsAccepted).toBe(16);
    // The provider's next day, which its next reply tells.
    running.simulators.clock.advance(24 * 3_600_000);
    await running.post({ op: "purge", directories: ["https://a.example.com/b/"] });
    await expect.poll(async () => (await running.receipt(id)).counts.pending, { interval: 200 }).toBe(10);
  });
});
