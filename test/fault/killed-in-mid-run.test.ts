import { afterEach, describe, expect, it } from "vitest";
import { type Service, service } from "../integration/service.ts";
import { type WorkerProcess, workerProcess } from "./worker-process.ts";

const ACCOUNT = `
  - { name: ali, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: ["*.example.com"], quota: { url: 100000 }, limits: { lanes: { purge-url: { perDomainPerMinute: 100000 } } } }
`;
const INTENTS = 12;
const URLS = 500;

let running: Service;
const workers: WorkerProcess[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.kill();
  await running.close();
});

const urlsOf = (intent: number): string[] =>
  Array.from({ length: URLS }, (_, i) => `https://a.example.com/${intent}/${i}`);

async function postAll(): Promise<string[]> {
  const ids: string[] = [];
  for (let intent = 0; intent < INTENTS; intent += 1)
    ids.push(await running.post({ op: "purge", urls: urlsOf(intent) }));
  return ids;
}

function submits() {
  return running.simulators.ledger.since(0, 1000).filter((entry) => entry.call === "RefreshObjectCaches");
}

/** The provider has received so many submits. */
async function received(count: number): Promise<void> {
  await expect.poll(() => submits().length, { interval: 5 }).toBeGreaterThanOrEqual(count);
}

function yaml(): string {
  const { endpoint } = running.simulators.settingsOf("ali");
  const redis = `redis: { url: "redis://127.0.0.1:${running.redis.port}", prefix: purgeline }`;
  return `${redis}\nlog: { level: error }\naccounts:${ACCOUNT.replace("http://127.0.0.1:0", endpoint ?? "")}`;
}

async function startWorker(): Promise<WorkerProcess> {
  const worker = await workerProcess(yaml());
  workers.push(worker);
  return worker;
}

describe("kill -9 in mid-run", () => {
  it("of a worker, after it sent and before it recorded: every intent is confirmed, and what was in flight is found and not paid for again", async () => {
    running = await service(ACCOUNT, { completeMs: 0 });
    // Calls are answered late, so that the worker dies with some in flight.
    running.simulators.faults.add({ kind: "latency", ms: 400, call: "RefreshObjectCaches" });
    const first = await startWorker();
    const ids = await postAll();
    await received(1);
    await first.kill();
    const before = submits().length;
    await startWorker();
    for (const id of ids) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    const sent = submits().flatMap((entry) => entry.accepted);
    expect(new Set(sent).size).toBe(INTENTS * URLS);
    expect(sent.length).toBe(INTENTS * URLS);
    expect(submits().length).toBeGreaterThan(before);
  });

  it("of Redis: what was acknowledged is confirmed after it has come back", async () => {
    running = await service(ACCOUNT, { completeMs: 0, redis: { appendfsync: "always" } });
    await running.startWorker();
    const ids = await postAll();
    await received(2);
    await running.redis.kill();
    await running.redis.restart();
    for (const id of ids) expect(await running.ended(id)).toMatchObject({ state: "confirmed" });
    expect(new Set(submits().flatMap((entry) => entry.accepted)).size).toBe(INTENTS * URLS);
  });
});
