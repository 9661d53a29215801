import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "./service.ts";

const ACCOUNT = `
  - { name: hw, provider: huawei-vod, region: cn-north-4, projectId: 0a1b2c, endpoint: "http://127.0.0.1:0", credentials: { ak: hw-id, sk: hw-secret }, hosts: ["*.hw.example.com"] }
`;
/** The provider locks a key at the sixth refusal in a row. */
const MOST_REFUSALS = 5;

let running: Service | null = null;
afterEach(async () => {
  await running?.close();
});

/** Work for every lane at once, more of it than ten calls a minute carry. */
async function busy(): Promise<{ readonly service: Service; readonly ids: readonly string[] }> {
  running = await service(ACCOUNT, { completeMs: 600_000 });
  const urls = Array.from({ length: 200 }, (_, index) => `https://img.hw.example.com/${index}.mp4`);
  const media = Array.from({ length: 200 }, (_, index) => String(index).padStart(32, "0"));
  const ids: string[] = [];
  for (const op of ["purge", "prefetch"]) {
    ids.push(await running.post({ op, urls }), await running.post({ op, media, account: "hw" }));
  }
  return { service: running, ids };
}

function refusals({ simulators }: Service): number {
  return simulators.ledger.stats().reduce((sum, { outcomes }) => sum + (outcomes["APIGW.0301"] ?? 0), 0);
}

async function stopped({ receipt }: Service, ids: readonly string[]): Promise<void> {
  const reasons = async (): Promise<readonly string[]> => {
    const receipts = await Promise.all(ids.map(receipt));
    return receipts.flatMap(({ waiting }) => waiting.map(({ reason }) => reason));
  };
  await expect.poll(reasons, { timeout: 20_000 }).toEqual(ids.map(() => "stopped"));
}

describe("a refused signature stops a Huawei account before the key is locked", () => {
  it("however much work waits in how many lanes", { timeout: 30_000 }, async () => {
    const { service: run, ids } = await busy();
    // What may be sent before the first refusal is heard is sent.
    run.simulators.faults.add({ kind: "latency", ms: 800 });
    run.simulators.faults.add({ kind: "code", code: "APIGW.0301" });
    await run.startWorker();
    await stopped(run, ids);
    expect(refusals(run)).toBeGreaterThan(0);
    expect(refusals(run)).toBeLessThanOrEqual(MOST_REFUSALS);
  });

  it("however many tasks are to be asked for", { timeout: 30_000 }, async () => {
    const { service: run, ids } = await busy();
    for (const call of ["ShowRefreshResult", "ShowPreheatingAsset"]) {
      run.simulators.faults.add({ kind: "latency", ms: 800, call });
      run.simulators.faults.add({ kind: "code", code: "APIGW.0301", call });
    }
    await run.startWorker();
    await stopped(run, ids);
    expect(refusals(run)).toBeGreaterThan(0);
    expect(refusals(run)).toBeLessThanOrEqual(MOST_REFUSALS);
  });
});
