import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "../integration/service.ts";
import { type WorkerProcess, workerProcess } from "./worker-process.ts";

const ACCOUNT = `
  - { name: ali, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: ["*.example.com"], coalesce: { quietMs: 0, maxWaitMs: 0 } }
`;

let running: Service;
let worker: WorkerProcess | undefined;
afterEach(async () => {
  if (worker?.child.exitCode === null) await worker.kill();
  await running.close();
});

function submits() {
  return running.simulators.ledger.since(0, 1000).filter((entry) => entry.call === "RefreshObjectCaches");
}

describe("SIGTERM while calls are in flight", () => {
  it("lets them end, records what they told, exits with 0, and leaves the rest to the next worker", async () => {
    running = await service(ACCOUNT, { completeMs: 0 });
    running.simulators.faults.add({ kind: "latency", ms: 1500, call: "RefreshObjectCaches" });
    const { endpoint } = running.simulators.settingsOf("ali");
    const redis = `redis: { url: "redis://127.0.0.1:${running.redis.port}", prefix: purgeline }`;
    worker = await workerProcess(
      `${redis}\nlog: { level: error }\naccounts:${ACCOUNT.replace("http://127.0.0.1:0", endpoint ?? "")}`,
    );
    const first = await running.post({ op: "purge", urls: ["https://a.example.com/1"] });
    // A call is counted when it arrives, before its late answer: the batch is in flight, nothing is recorded.
    await expect.poll(() => submits().length, { interval: 5 }).toBe(1);
    expect(await worker.stop()).toBe(0);
    expect(await running.receipt(first)).toMatchObject({ counts: { submitted: 1 } });
    const second = await running.post({ op: "purge", urls: ["https://a.example.com/2"] });
    await running.startWorker();
    for (const id of [first, second]) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(submits().flatMap((entry) => entry.accepted)).toEqual([
      "https://a.example.com/1",
      "https://a.example.com/2",
    ]);
  });
});
