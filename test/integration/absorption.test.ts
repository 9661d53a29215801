import type { State } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

const SHOP = "https://www.ali.example.com/shop/";
const URLS = Array.from({ length: 20 }, (_, n) => `${SHOP}page-${n}.html`);
const ACCOUNT = (more: string): string => `  - name: ali
    provider: alibaba-cdn
    endpoint: "http://127.0.0.1:0"
    credentials: { accessKeyId: id, accessKeySecret: secret }
    hosts: ["*.ali.example.com"]
    limits: { pollEveryMs: 200, lanes: { purge-url: { resendAfterMs: 100 } } }
    ${more}
`;

/** Every target that the provider took, in the order of its coming. */
function sent(): readonly string[] {
  return running.simulators.ledger
    .since(0, 20_000)
    .filter(({ call }) => call === "RefreshObjectCaches")
    .flatMap(({ accepted }) => accepted);
}

async function targets(id: string): Promise<ReadonlySet<string>> {
  const { items } = await running.store.targets(id, { state: null, cursor: null, limit: 100 });
  return new Set(
    items.map(({ target, state, via }) => (target === SHOP ? `${SHOP} ${state}` : tell(state, via))),
  );
}

function tell(state: State, via: string | null): string {
  return via === null ? state : `${state} via ${via}`;
}

describe("a directory and URLs in it", () => {
  it.each<[string, (body: { op: string }) => Promise<readonly string[]>]>([
    ["in one intent", async (body) => [await running.post({ ...body, urls: URLS, directories: [SHOP] })]],
    [
      "the URLs first",
      async (body) => [
        await running.post({ ...body, urls: URLS }),
        await running.post({ ...body, directories: [SHOP] }),
      ],
    ],
    [
      "the directory first",
      async (body) => [
        await running.post({ ...body, directories: [SHOP] }),
        await running.post({ ...body, urls: URLS }),
      ],
    ],
  ])("cost one call for the directory and confirm all of them: %s", async (_order, post) => {
    running = await service(ACCOUNT("coalesce: { quietMs: 100, maxWaitMs: 500 }"));
    const ids = await post({ op: "purge" });
    await running.startWorker();
    for (const id of ids) expect(await running.ended(id, 6000)).toMatchObject({ state: "confirmed" });
    expect(sent()).toEqual([SHOP]);
    const told = await Promise.all(ids.map(targets));
    expect(new Set(told.flatMap((each) => [...each]))).toEqual(
      new Set([`${SHOP} confirmed`, `confirmed via ${SHOP}`]),
    );
  });

  it("are sent themselves, each once, when the directory fails", async () => {
    running = await service(ACCOUNT("coalesce: { quietMs: 0, maxWaitMs: 0 }"));
    running.simulators.faults.add({ kind: "fail-items", match: SHOP, times: 1 });
    const directory = await running.post({ op: "purge", directories: [SHOP] });
    const urls = await running.post({ op: "purge", urls: URLS });
    expect((await running.receipt(urls)).counts).toMatchObject({ absorbed: 20, pending: 0 });
    await running.startWorker();
    expect(await running.ended(directory)).toMatchObject({ state: "failed" });
    expect(await running.ended(urls)).toMatchObject({ state: "confirmed" });
    expect(sent()).toEqual([SHOP, ...URLS]);
    expect(await targets(urls)).toEqual(new Set(["confirmed"]));
  });

  it("are sent themselves while the directory waits for another day", async () => {
    running = await service(ACCOUNT("quota: { directory: 1 }"));
    await running.startWorker();
    const first = await running.post({ op: "purge", directories: ["https://www.ali.example.com/other/"] });
    expect(await running.ended(first, 6000)).toMatchObject({ state: "confirmed" });
    const directory = await running.post({ op: "purge", directories: [SHOP] });
    const urls = await running.post({ op: "purge", urls: URLS });
    expect(await running.ended(urls)).toMatchObject({ state: "confirmed" });
    expect(await running.receipt(directory)).toMatchObject({ waiting: [{ reason: "quota" }] });
    expect(sent().slice(1)).toEqual(URLS);
  });
});
