import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

let running: Service;
afterEach(() => running.close());

const SITE = "https://www.ali.example.com/";
const SHOP = `${SITE}shop/`;
const URLS = Array.from({ length: 240 }, (_, n) => `${SHOP}${n % 9}/page-${n}.html?v=${n}`);
const OTHERS = Array.from({ length: 120 }, (_, n) => `${SITE}blog/${n}`);
const ACCOUNT = (more: string): string => `  - name: ali
    provider: alibaba-cdn
    endpoint: "http://127.0.0.1:0"
    credentials: { accessKeyId: id, accessKeySecret: secret }
    hosts: ["*.ali.example.com"]
    coalesce: { quietMs: 100, maxWaitMs: 500 }
    limits: { pollEveryMs: 200, lanes: { purge-url: { resendAfterMs: 100 } } }
    ${more}
`;
const ROLLUP = `rollup: { directories: ["${SHOP}"] }`;

/** Every target that the provider took, in the order of its coming. */
function sent(): readonly string[] {
  return running.simulators.ledger
    .since(0, 20_000)
    .filter(({ call }) => call === "RefreshObjectCaches")
    .flatMap(({ accepted }) => accepted);
}

async function spent(): Promise<Readonly<Record<string, number>>> {
  const [account] = await running.store.accounts();
  const { quotas = [] } = account ?? {};
  return Object.fromEntries(
    quotas.filter(({ used }) => used > 0).map(({ class: name, used }) => [name, used]),
  );
}

describe("360 URLs, 240 of them in one directory,", () => {
  it.each([
    ["cost a unit each", "", { url: 360 }, 360],
    [
      "cost a unit each beside one for the directory, where the configuration names that",
      ROLLUP,
      { url: 120, directory: 1 },
      121,
    ],
  ])("%s", async (_what, rollup, units, targets) => {
    running = await service(ACCOUNT(rollup));
    const ids = [
      await running.post({ op: "purge", urls: URLS.slice(0, 120) }),
      await running.post({ op: "purge", urls: [...OTHERS, ...URLS.slice(100)] }),
    ];
    await running.startWorker();
    for (const id of ids) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(await spent()).toEqual(units);
    expect(sent()).toHaveLength(targets);
    const { items } = await running.store.targets(ids[0] ?? "", { state: null, cursor: null, limit: 1 });
    expect(items[0]?.via).toBe(rollup === "" ? null : SHOP);
  });

  it("are sent themselves, each once, when the directory fails", async () => {
    running = await service(ACCOUNT(ROLLUP));
    running.simulators.faults.add({ kind: "fail-items", match: SHOP, times: 1 });
    const id = await running.post({ op: "purge", urls: [...URLS, ...OTHERS] });
    await running.startWorker();
    expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect([...sent()].sort()).toEqual([SHOP, ...URLS, ...OTHERS].sort());
    const { items } = await running.store.intentIds({
      accounts: ["ali"],
      sinceMs: null,
      cursor: null,
      limit: 10,
    });
    const legs = await Promise.all(items.map((each) => running.store.legs(each)));
    expect(legs.flat().map(({ head, counts }) => [head.createdBy, counts.confirmed, counts.failed])).toEqual([
      ["policy:rollup", 0, 1],
      ["test", 360, 0],
    ]);
  });
});
