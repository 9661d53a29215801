import type { CallContext, Limits } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";
import { zoneAtNoon } from "./zone-at-noon.ts";

let running: Service;
afterEach(() => running.close());

const DAY_MS = 24 * 3_600_000;

/** Its day turns where a test says so alone. */
const quotaOf = (quota: string): string => `quota: { resetTimeZone: ${zoneAtNoon()}, ${quota} }`;

function ali(name: string, quota: string, more = ""): string {
  return `  - { name: ${name}, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ${name}-id, accessKeySecret: secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, ${quotaOf(quota)}, ${more} }\n`;
}

const urls = (count: number, host = "a.example.com"): readonly [string, ...string[]] => [
  `https://${host}/`,
  ...Array.from({ length: count - 1 }, (_, i) => `https://${host}/${i}`),
];

function plays(quotas: Readonly<Record<string, number>>): (limits: Limits) => Limits {
  return (limits) => ({ ...limits, quotas: { ...limits.quotas, ...quotas } });
}

function outcomes(call: string, account = "ali"): Readonly<Record<string, number>> {
  const found = running.simulators.ledger
    .stats()
    .find((each) => each.call === call && each.account === account);
  return found?.outcomes ?? {};
}

async function quota() {
  const [account] = await running.store.accounts();
  return account?.quotas.find((each) => each.class === "url");
}

const told = async () => (await quota())?.told ?? null;

/** Purges with the account's key past Purgeline, as the provider's console would. */
async function spendElsewhere(items: readonly [string, ...string[]]): Promise<void> {
  const settings = running.simulators.settingsOf("ali");
  const provider = providers.get(settings.provider);
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const context: CallContext = { settings, nowMs: Date.now(), nonce, token: null };
  const request = provider?.encode({ lane: "purge-url", items, options: {} }, context);
  if (request === undefined) throw new Error(settings.provider);
  const { url, method, headers, body } = request;
  const reply = await fetch(url, { method, headers, body });
  expect(reply.status, await reply.text()).toBe(200);
}

async function pending(id: string, count: number): Promise<void> {
  await expect.poll(async () => (await running.receipt(id)).counts.pending).toBe(count);
}

describe("the provider's own quota", () => {
  it("holds where it is lower than what is configured, and nothing is refused for it", async () => {
    running = await service(ali("ali", "url: 10000"), {
      completeMs: 0,
      played: plays({ url: 2000 }),
    });
    await running.startWorker();
    await expect.poll(told).toMatchObject({ limit: 2000, remaining: 2000 });
    const id = await running.post({ op: "purge", urls: urls(2500) });
    await pending(id, 500);
    await expect.poll(quota).toMatchObject({ limit: 2000, used: 2000, usedElsewhere: 0 });
    expect(outcomes("RefreshObjectCaches")).toEqual({ ok: 2 });
    await expect
      .poll(async () => (await running.receipt(id)).waiting)
      .toMatchObject([{ reason: "quota", targets: 500 }]);
  });

  it("shows what somebody else spends, and leaves it alone", async () => {
    running = await service(ali("ali", "url: 30, askEveryMs: 200"), { completeMs: 0 });
    await running.startWorker();
    await expect.poll(told).toMatchObject({ remaining: 30 });
    await spendElsewhere(urls(20, "console.example.com"));
    await expect.poll(quota).toMatchObject({ limit: 30, used: 0, usedElsewhere: 20 });
    const id = await running.post({ op: "purge", urls: urls(25) });
    await pending(id, 15);
    await expect.poll(() => outcomes("RefreshObjectCaches")).toEqual({ ok: 2 });
    expect(running.simulators.accounts[0]?.quota.remaining("url")).toBe(0);
  });

  it("is asked for when a batch is refused: what the day has room for is sent, and the rest waits", async () => {
    running = await service(ali("ali", "url: 100"), { completeMs: 0, played: plays({ url: 30 }) });
    await running.startWorker();
    await expect.poll(told).toMatchObject({ remaining: 30 });
    await spendElsewhere(urls(20, "console.example.com"));
    const large = await running.post({ op: "purge", urls: urls(25) });
    await expect
      .poll(async () => (await running.receipt(large)).counts)
      .toMatchObject({ confirmed: 10, sealed: 15 });
    expect(await quota()).toMatchObject({ used: 10, reserved: 0 });
    expect((await running.receipt(large)).waiting).toMatchObject([{ reason: "quota", targets: 15 }]);
    expect(outcomes("RefreshObjectCaches")).toEqual({ ok: 2, "QuotaExceeded.Refresh": 1 });
    expect(outcomes("DescribeRefreshQuota")).toEqual({ ok: 2 });
  });

  it("tells a full queue from a spent day", async () => {
    running = await service(ali("ali", ""), { completeMs: 0 });
    running.simulators.faults.add({
      kind: "code",
      code: "PreloadQueueFull",
      call: "PushObjectCache",
      times: 1,
    });
    await running.startWorker();
    await expect.poll(told).toMatchObject({ remaining: 10_000 });
    const id = await running.post({ op: "prefetch", urls: urls(5) });
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(outcomes("PushObjectCache")).toEqual({ ok: 1, PreloadQueueFull: 1 });
    expect(outcomes("DescribeRefreshQuota")).toEqual({ ok: 2 });
  });

  it("brings the provider's next day, also in a rehearsal that moves the clock", async () => {
    running = await service(ali("ali", "url: 15, askEveryMs: 200"), { completeMs: 0 });
    await running.startWorker();
    const id = await running.post({ op: "purge", urls: urls(40) });
    await expect
      .poll(async () => await running.receipt(id))
      .toMatchObject({ counts: { confirmed: 15 }, waiting: [{ reason: "quota", targets: 25 }] });
    for (const left of [10, 0]) {
      running.simulators.clock.advance(DAY_MS);
      // What is under way still when the clock moves again arrives on the day after, and spends that one.
      await expect
        .poll(async () => (await running.receipt(id)).counts)
        .toMatchObject({ pending: left, confirmed: 40 - left });
    }
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(outcomes("RefreshObjectCaches")).toEqual({ ok: 3 });
  });

  it("may be none of what a key has a right to: it purges all the same", async () => {
    running = await service(ali("ali", "askEveryMs: 100"), { completeMs: 0 });
    running.simulators.faults.add({ kind: "code", code: "Forbidden.RAM", call: "DescribeRefreshQuota" });
    await running.startWorker();
    await expect.poll(() => outcomes("DescribeRefreshQuota")["Forbidden.RAM"] ?? 0).toBeGreaterThan(1);
    const id = await running.post({ op: "purge", urls: urls(3) });
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    const [account] = await running.store.accounts();
    expect(account?.stopped).toBeNull();
  });

  it("is not asked for by a refused key, however often it would be", async () => {
    const every = "askEveryMs: 100";
    running = await service(ali("ali", every) + ali("other", every, "region: cn-shanghai"), {
      completeMs: 0,
    });
    running.simulators.faults.add({ kind: "code", code: "InvalidAccessKeyId.NotFound", account: "ali" });
    await running.startWorker();
    await expect.poll(() => outcomes("DescribeRefreshQuota", "other").ok ?? 0).toBeGreaterThan(20);
    expect(outcomes("DescribeRefreshQuota")).toEqual({ "InvalidAccessKeyId.NotFound": 1 });
    const [account] = await running.store.accounts();
    expect(account?.stopped).toMatchObject({ reason: "InvalidAccessKeyId.NotFound" });
  });
});

describe("Tencent's two areas", () => {
  const tencent = (quota: string): string =>
    `  - { name: tc, provider: tencent-cdn, endpoint: "http://127.0.0.1:0", credentials: { secretId: tc-id, secretKey: tc-secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 }, ${quotaOf(quota)} }\n`;

  it("are counted apart: what is spent overseas holds up nothing at home", async () => {
    running = await service(tencent('"url@overseas": 10'), { completeMs: 0 });
    await running.startWorker();
    const abroad = await running.post({ op: "purge", urls: urls(15), options: { area: "overseas" } });
    await pending(abroad, 5);
    const home = await running.post({ op: "purge", urls: urls(5, "h.example.com") });
    expect(await running.ended(home)).toMatchObject({ state: "confirmed" });
    await expect
      .poll(async () => (await running.receipt(abroad)).waiting)
      .toMatchObject([{ reason: "quota", targets: 5 }]);
    const [account] = await running.store.accounts();
    const spent = account?.quotas.map(({ class: name, used }) => [name, used]) ?? [];
    expect(Object.fromEntries(spent)).toMatchObject({ url: 5, "url@overseas": 10 });
    expect(outcomes("PurgeUrlsCache", "tc")).toEqual({ ok: 2 });
  });

  it("and the batch that the provider tells goes before the page's", async () => {
    running = await service(tencent(""), {
      completeMs: 0,
      played: (limits) => {
        const directories = limits.lanes["purge-directory"];
        if (directories === undefined) throw new Error("no directories");
        return { ...limits, lanes: { ...limits.lanes, "purge-directory": { ...directories, batch: 39 } } };
      },
    });
    await running.startWorker();
    const lane = async () => {
      const [account] = await running.store.accounts();
      return account?.lanes.find((each) => each.lane === "purge-directory");
    };
    await expect.poll(lane).toMatchObject({ batch: 39, toldBatch: 39 });
    // Not the root: it would absorb the others.
    const [, ...pages] = urls(91);
    const directories = pages.map((url) => `${url}/`);
    const id = await running.post({ op: "purge", directories });
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    const sent = running.simulators.ledger.since(0, 1000).filter((each) => each.call === "PurgePathCache");
    expect(sent.map(({ items, outcome }) => [items.length, outcome])).toEqual([
      [39, "ok"],
      [39, "ok"],
      [12, "ok"],
    ]);
  });
});
