import type { Json } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

const KEYS = "credentials: { accessKeyId: some-key-id, accessKeySecret: some-key-secret }";

/** Each plays at an address of its own. */
const ADDRESSES = { ali: "127.0.0.1", tc: "127.0.0.2", tcold: "127.0.0.3", vod: "127.0.0.4" } as const;

function account(name: keyof typeof ADDRESSES, provider: string, limits: string): string {
  return `  - { name: ${name}, ${provider}, ${KEYS}, endpoint: "http://${ADDRESSES[name]}:0", hosts: ["*.${name}.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, limits: { ${limits} } }\n`;
}

const urls = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `https://www.${name}.example.com/${index}.css`);

function stats(name: string, call: string) {
  const found = running.simulators.ledger.stats().find((each) => each.account === name && each.call === call);
  if (found === undefined) throw new Error(`${name} received no ${call}`);
  return found;
}

describe("the reply to every fifth of a thousand calls is lost", () => {
  const CALLS = 1000;
  // As fast as the machine is: what is at stake is what is paid for. Nobody asks how far the tasks are.
  const fast = (submit: string, list: string): string =>
    `pollEveryMs: 3600000, lanes: { purge-url: { batch: 1 } }, calls: { ${submit}: { perSecond: 500, perMinute: 30000 }, ${list}: { perSecond: 500, perMinute: 30000 } }`;
  const ACCOUNTS = [
    account("ali", "provider: alibaba-cdn", fast("RefreshObjectCaches", "DescribeRefreshTasks")),
    account("tc", "provider: tencent-cdn", fast("PurgeUrlsCache", "DescribePurgeTasks")),
    account(
      "tcold",
      "provider: tencent-cdn, signature: v2-sha256",
      fast("RefreshCdnUrl", "GetCdnRefreshLog"),
    ),
  ].join("");

  it("and no unit is paid twice, at Alibaba CDN, Tencent and Tencent's v2", {
    timeout: 300_000,
  }, async () => {
    running = await service(ACCOUNTS, { completeMs: 0 });
    const { simulators } = running;
    const submits = [
      ["ali", "RefreshObjectCaches"],
      ["tc", "PurgeUrlsCache"],
      ["tcold", "RefreshCdnUrl"],
    ] as const;
    for (const [, call] of submits) simulators.faults.add({ kind: "drop-reply", call, every: 5 });
    const ids = await Promise.all(
      submits.map(([name]) => running.post({ op: "purge", urls: urls(name, CALLS) })),
    );
    await running.startWorker();
    for (const id of ids)
      await expect
        .poll(async () => (await running.receipt(id)).counts, { timeout: 280_000, interval: 250 })
        .toMatchObject({ submitted: CALLS, pending: 0, sealed: 0 });
    for (const [name, call] of submits) {
      const outcomes = { ok: (CALLS * 4) / 5, "fault:drop-reply": CALLS / 5 };
      expect(stats(name, call)).toMatchObject({ itemsAccepted: CALLS, duplicates: 0, outcomes });
    }
    const accounts = await running.store.accounts();
    const urlsUsed = accounts.map(({ quotas }) => quotas.find((quota) => quota.class === "url"));
    expect(urlsUsed).toMatchObject(submits.map(() => ({ used: CALLS, reserved: 0 })));
  });
});

describe("every reply to a submit is lost", () => {
  const soon = "listedAfterMs: 1000, pollEveryMs: 1000";
  const LISTED = [
    account("ali", "provider: alibaba-cdn", soon),
    account("vod", "provider: alibaba-vod, region: cn-shanghai", soon),
    account("tc", "provider: tencent-cdn", soon),
    account("tcold", "provider: tencent-cdn, signature: v2-sha256", "pollEveryMs: 1000"),
  ].join("");
  const SUBMITS: Readonly<Record<string, readonly string[]>> = {
    ali: ["RefreshObjectCaches", "PushObjectCache"],
    vod: ["RefreshVodObjectCaches", "PreloadVodObjectCaches"],
    tc: ["PurgeUrlsCache", "PurgePathCache", "PushUrlsCache"],
    tcold: ["RefreshCdnUrl", "RefreshCdnDir", "RefreshCdnOverSeaUrl", "RefreshCdnOverSeaDir"],
  };
  const of = (name: string, path: string): string => `https://www.${name}.example.com/${path}`;
  const BODIES: readonly Json[] = [
    { op: "purge", urls: [...urls("ali", 120), "https://img.ali.example.com/1", of("ali", "图1.jpg")] },
    { op: "purge", directories: [of("ali", "a/"), of("ali", "b/")] },
    { op: "purge", patterns: [of("ali", ".*\\.png$")] },
    { op: "purge", ignoreParams: [of("ali", "page.html")] },
    { op: "prefetch", urls: urls("ali", 3), options: { area: "overseas" } },
    { op: "purge", urls: urls("vod", 60) },
    { op: "purge", directories: [of("vod", "a/")] },
    { op: "purge", patterns: [of("vod", ".*\\.ts$")] },
    { op: "purge", ignoreParams: [of("vod", "page.html")] },
    { op: "prefetch", urls: [of("vod", "p.css")] },
    { op: "purge", urls: urls("tc", 1100) },
    {
      op: "purge",
      urls: [of("tc", "图/1.jpg")],
      options: { area: "overseas", "tencent-cdn": { urlEncode: true } },
    },
    { op: "purge", directories: [of("tc", "a/")] },
    { op: "purge", directories: [of("tc", "b/")], options: { strength: "soft" } },
    { op: "prefetch", urls: [of("tc", "p.css")] },
    { op: "prefetch", urls: [of("tc", "q.css")], options: { area: "global" } },
    { op: "purge", urls: urls("tcold", 100) },
    { op: "purge", directories: [of("tcold", "a/")] },
    { op: "purge", urls: [of("tcold", "sea.css")], options: { area: "overseas" } },
    { op: "purge", directories: [of("tcold", "sea/")], options: { area: "overseas" } },
  ];

  it("and what the provider's list shows is not sent again, on any lane that has one", async () => {
    running = await service(LISTED, { completeMs: 0 });
    for (const call of Object.values(SUBMITS).flat())
      running.simulators.faults.add({ kind: "drop-reply", call });
    const ids = await Promise.all(BODIES.map((body) => running.post(body)));
    await running.startWorker();
    const ended = await Promise.all(ids.map((id) => running.ended(id)));
    expect(ended.map(({ state }, index) => [state, BODIES[index]])).toEqual(
      BODIES.map((body) => ["confirmed", body]),
    );
    const paidTwice = Object.entries(SUBMITS).flatMap(([name, calls]) =>
      calls.map((call) => [name, call, stats(name, call).duplicates]),
    );
    expect(paidTwice.filter(([, , duplicates]) => duplicates !== 0)).toEqual([]);
  });
});

describe("without a list", () => {
  const ACCOUNTS = `  - { name: hw, provider: huawei-vod, region: cn-north-4, projectId: p1, endpoint: "http://127.0.0.1:0", credentials: { ak: hw-id, sk: hw-secret }, hosts: ["*.hw.example.com"], limits: { pollEveryMs: 1000 } }
  - { name: hwcdn, provider: huawei-cdn, settings: { domainId: d1 }, endpoint: "http://127.0.0.5:0", credentials: { ak: hwcdn-id, sk: hwcdn-secret }, hosts: ["*.hwcdn.example.com"], limits: { pollEveryMs: 1000 } }
${account("vod", "provider: alibaba-vod, region: cn-shanghai", "pollEveryMs: 1000")}`;

  it("what got no reply is sent again", async () => {
    running = await service(ACCOUNTS, { completeMs: 0 });
    const lost = [
      ["hw", "RefreshAsset", { op: "purge", urls: urls("hw", 3) }],
      ["hwcdn", "CreateRefreshTasks", { op: "purge", urls: urls("hwcdn", 3) }],
      ["vod", "RefreshMediaPlayUrls", { op: "purge", media: ["a1", "a2", "a3"], account: "vod" }],
    ] as const;
    for (const [, call] of lost) running.simulators.faults.add({ kind: "drop-reply", call, times: 1 });
    const ids = await Promise.all(lost.map(([, , body]) => running.post(body)));
    await running.startWorker();
    for (const id of ids) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    for (const [name, call] of lost) expect(stats(name, call)).toMatchObject({ calls: 2, duplicates: 3 });
  });
});

describe("a request that the provider never got", () => {
  const AFTER_MS = 1500;
  const open = (limits: string): Promise<Service> =>
    service(
      account("ali", "provider: alibaba-cdn", `pollEveryMs: 1000, listedAfterMs: ${AFTER_MS}, ${limits}`),
      {
        completeMs: 0,
      },
    );
  const purge = (): Promise<string> =>
    running.post({ op: "purge", urls: urls("ali", 1), priority: "urgent" });
  const submits = () =>
    running.simulators.ledger.since(0, 1000).filter(({ call }) => call === "RefreshObjectCaches");

  it("is sent again when the list has had its time to show it", async () => {
    running = await open("");
    running.simulators.faults.add({ kind: "drop-request", call: "RefreshObjectCaches", times: 1 });
    const id = await purge();
    await running.startWorker();
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    const [lost, sent, ...more] = submits();
    expect([lost?.outcome, sent?.outcome, more]).toEqual(["fault:drop-request", "ok", []]);
    const betweenMs = (sent?.receivedMonotonicMs ?? 0) - (lost?.receivedMonotonicMs ?? 0);
    expect(betweenMs).toBeGreaterThanOrEqual(AFTER_MS);
  });

  it("is sent again where the list lags behind, and the unit is paid twice", async () => {
    running = await open("");
    running.simulators.faults.add({ kind: "drop-reply", call: "RefreshObjectCaches", times: 1 });
    running.simulators.faults.add({ kind: "late-list", call: "DescribeRefreshTasks", ms: 60_000 });
    const id = await purge();
    await running.startWorker();
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(stats("ali", "RefreshObjectCaches")).toMatchObject({ itemsAccepted: 2, duplicates: 1 });
  });

  it.each([
    ["with the usual time between two sendings of a key", ""],
    ["with no time to speak of", "lanes: { purge-url: { resendAfterMs: 1 } }"],
  ])("is not taken for the purge of the second before, %s", async (_, limits) => {
    running = await open(limits);
    const { simulators } = running;
    await running.startWorker();
    const first = await purge();
    await expect.poll(() => submits().length, { interval: 10 }).toBe(1);
    simulators.faults.add({ kind: "drop-request", call: "RefreshObjectCaches", times: 1 });
    const again = await purge();
    for (const id of [first, again]) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(submits().map(({ outcome }) => outcome)).toEqual(["ok", "fault:drop-request", "ok"]);
  });
});
