import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";
import { zoneAtNoon } from "./zone-at-noon.ts";

let running: Service;
afterEach(() => running.close());

interface Provider {
  /** Its own keys of the account, as YAML. */
  readonly account: string;
  readonly call: string;
  readonly batch: number;
  /** What it says of a target that it refuses. */
  readonly code: string;
}

// Rates that bisecting meets: the calls that it adds have to wait for their permits like any other.
const ALIBABA: Provider = {
  account:
    "provider: alibaba-cdn, limits: { pollEveryMs: 200, calls: { RefreshObjectCaches: { perSecond: 12 } } }",
  call: "RefreshObjectCaches",
  batch: 1000,
  code: "InvalidDomain.NotFound",
};
const TENCENT: Provider = {
  account:
    "provider: tencent-cdn, limits: { pollEveryMs: 200, calls: { PurgeUrlsCache: { perSecond: 12 } } }",
  call: "PurgeUrlsCache",
  batch: 1000,
  code: "ResourceNotFound.CdnHostNotExists",
};
// Ten calls a minute: as many as it takes to find one of ten, and one more.
const HUAWEI: Provider = {
  account: "provider: huawei-vod, region: cn-north-4, projectId: 0a1b2c, limits: { pollEveryMs: 200 }",
  call: "RefreshAsset",
  batch: 10,
  code: "VOD.10062",
};

async function serve(account: string, quota: number): Promise<void> {
  running = await service(
    `  - { name: acc, ${account}, quota: { url: ${quota}, resetTimeZone: ${zoneAtNoon()} }, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: id, accessKeySecret: secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 } }\n`,
    { completeMs: 0 },
  );
}

function received(call: string) {
  const found = running.simulators.ledger.stats().find((each) => each.call === call);
  if (found === undefined) throw new Error(`no ${call} was received`);
  return found;
}

/** Units of the day that are gone: by the provider's count, and by ours. */
async function spent(): Promise<object> {
  const [played] = running.simulators.accounts;
  const [account] = await running.store.accounts();
  const ours = account?.quotas.find((quota) => quota.class === "url");
  return {
    provider: played?.quota.report().find((quota) => quota.class === "url")?.used,
    ours: ours?.used,
    reserved: ours?.reserved,
  };
}

describe("a batch that the provider refuses whole for some of its targets", () => {
  it.each<readonly [string, Provider, readonly number[]]>([
    ["Alibaba CDN, one of 1,000", ALIBABA, [777]],
    ["Alibaba CDN, three of 1,000", ALIBABA, [0, 500, 998]],
    ["Tencent API 3.0, one of 1,000", TENCENT, [331]],
    ["Tencent API 3.0, three of 1,000", TENCENT, [3, 4, 999]],
    ["Huawei VOD, one of 10", HUAWEI, [4]],
  ])(
    "%s: found by halves, the others confirmed, no unit spent twice",
    async (_what, { account, call, batch, code }, culprits) => {
      // A day that has no room for booking a target twice, not even for a moment.
      await serve(account, batch);
      const urls = Array.from({ length: batch }, (_, i) => `https://img.example.com/${i}.mp4`);
      const bad = culprits.map((at) => urls[at] ?? "");
      for (const match of bad) running.simulators.faults.add({ kind: "refuse-items", match });
      const id = await running.post({ op: "purge", urls });
      await running.startWorker();
      const { counts, failures } = await running.ended(id);
      const good = batch - bad.length;
      expect(counts).toMatchObject({ confirmed: good, failed: bad.length, total: batch });
      expect(failures.map((each) => [each.target, each.code]).sort()).toEqual(
        bad.map((url) => [url, code]).sort(),
      );
      const { calls, rateViolations, itemsAccepted, duplicates } = received(call);
      expect(calls - 1).toBeLessThanOrEqual(bad.length * 2 * Math.ceil(Math.log2(batch)));
      expect({ rateViolations, itemsAccepted, duplicates }).toEqual({
        rateViolations: 0,
        itemsAccepted: good,
        duplicates: 0,
      });
      expect(await spent()).toEqual({ provider: good, ours: good, reserved: 0 });
    },
  );
});

it("a batch of which the provider refuses items one by one costs no further call", async () => {
  await serve("provider: alibaba-vod, region: cn-shanghai, limits: { pollEveryMs: 200 }", 20);
  const media = Array.from(
    { length: 20 },
    (_, i) => `f488337c31c8e4622f1590735b13${String(i).padStart(4, "0")}`,
  );
  const bad = [media[3] ?? "", media[17] ?? ""];
  for (const match of bad) running.simulators.faults.add({ kind: "refuse-items", match });
  const id = await running.post({ op: "purge", media, account: "acc" });
  await running.startWorker();
  const { counts, failures } = await running.ended(id);
  expect(counts).toMatchObject({ confirmed: 18, failed: 2, total: 20 });
  expect(failures.map(({ target }) => target).sort()).toEqual(bad);
  expect(received("RefreshMediaPlayUrls")).toMatchObject({ calls: 1, itemsAccepted: 18, rateViolations: 0 });
  expect(await spent()).toEqual({ provider: 18, ours: 18, reserved: 0 });
});
