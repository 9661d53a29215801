import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

/** How long the provider works at a purge or prefetch. */
const COMPLETE_MS = 1000;
const EVERY_MS = 200;
const FOR_MS = 10_000;
const PAGE = "https://www.ali.example.com/front.html";

const ACCOUNT = `  - name: ali
    provider: alibaba-cdn
    endpoint: "http://127.0.0.1:0"
    credentials: { accessKeyId: id, accessKeySecret: secret }
    hosts: ["*.ali.example.com"]
    coalesce: { quietMs: 0, maxWaitMs: 0 }
    limits: { pollEveryMs: 500, lanes: { purge-url: { resendAfterMs: 100 }, prefetch-url: { resendAfterMs: 100 } } }
`;

function arrivals(call: string): readonly number[] {
  return running.simulators.ledger
    .since(0, 20_000)
    .filter((entry) => entry.call === call && entry.accepted.includes(PAGE))
    .map((entry) => entry.receivedMonotonicMs);
}

it("a page that is purged with then all the time is prefetched again and again, each time after a purge that came through", async () => {
  running = await service(ACCOUNT, { completeMs: COMPLETE_MS });
  await running.startWorker();
  const posted: { readonly link: string; readonly at: number }[] = [];
  const start = performance.now();
  for (let i = 0; performance.now() < start + FOR_MS; i += 1) {
    const at = performance.now();
    // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
    const id = await running.post({ op: "purge", urls: [PAGE], then: "prefetch" });
    posted.push({ link: await thenOf(id), at });
    // The producer's own beat: nothing is waited for.
    await sleep(Math.max(0, start + (i + 1) * EVERY_MS - performance.now()));
  }
  const end = performance.now();
  for (const { link } of posted) expect(await running.ended(link)).toMatchObject({ state: "confirmed" });
  const [purges, prefetches] = [arrivals("RefreshObjectCaches"), arrivals("PushObjectCache")];
  for (const { at } of posted) {
    const purged = purges.find((each) => each >= at);
    if (purged === undefined) throw new Error("no purge after a request for it");
    expect(prefetches.some((each) => each >= purged + COMPLETE_MS)).toBe(true);
  }
  // A generation waits for the purge before it and that one's poll: 3 s each at most, with room for a busy machine.
  expect(prefetches.filter((at) => at < end).length).toBeGreaterThanOrEqual(2);
  const gaps = [start, ...prefetches].map((at, i, all) => (all[i + 1] ?? at) - at);
  expect(Math.max(...gaps)).toBeLessThan(FOR_MS / 2);
  // And not once for each request: what may wait for one purge goes in one call.
  expect(prefetches.length).toBeLessThan(posted.length / 2);
});

async function thenOf(id: string): Promise<string> {
  const { links } = await running.receipt(id);
  return links.then?.split("/").at(-1) ?? "";
}
