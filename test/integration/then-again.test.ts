import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

/** How long the provider works at a purge or prefetch: longer than from one request to the next. */
const COMPLETE_MS = 1000;
const EVERY_MS = 200;
const AT_ONCE = 3;
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
  // Purges go on until the third prefetch: were it put off by each of them, there would be none.
  while (arrivals("PushObjectCache").length < 3) {
    const at = performance.now();
    // biome-ignore lint/suspicious/noThenProperty: the contract's name, of a text
    const body = { op: "purge", urls: [PAGE], then: "prefetch" };
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => running.post(body)));
    for (const id of ids) posted.push({ link: await thenOf(id), at });
    // The producer's own beat: nothing is waited for.
    await sleep(EVERY_MS);
  }
  for (const { link } of posted) expect(await running.ended(link)).toMatchObject({ state: "confirmed" });
  const [purges, prefetches] = [arrivals("RefreshObjectCaches"), arrivals("PushObjectCache")];
  for (const { at } of posted) {
    const purged = purges.find((each) => each >= at);
    if (purged === undefined) throw new Error("no purge after a request for it");
    expect(prefetches.some((each) => each >= purged + COMPLETE_MS)).toBe(true);
  }
  // And not once for each request: what may wait for one purge goes in one call.
  expect(prefetches.length).toBeLessThan(posted.length);
});

async function thenOf(id: string): Promise<string> {
  const { links } = await running.receipt(id);
  return links.then?.split("/").at(-1) ?? "";
}
