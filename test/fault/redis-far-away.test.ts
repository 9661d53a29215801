import { afterEach, expect, it } from "vitest";
import { type Service, service } from "../integration/service.ts";
import { type Link, openLink } from "./link.ts";
import { type WorkerProcess, workerProcess } from "./worker-process.ts";

const ACCOUNT = `
  - { name: ali, provider: alibaba-cdn, endpoint: "http://127.0.0.1:0", credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: ["*.example.com"], limits: { lanes: { purge-url: { batch: 1 } }, calls: { RefreshObjectCaches: { perSecond: 20 } } } }
`;

let running: Service;
let link: Link;
let worker: WorkerProcess;
afterEach(async () => {
  await worker.kill();
  await link.close();
  await running.close();
});

it("a Redis whose answers take longer than a permit lives slows the work down, and stops it not", async () => {
  running = await service(ACCOUNT, { completeMs: 0 });
  link = await openLink(running.redis.port);
  link.delay("answers", 40);
  const { endpoint } = running.simulators.settingsOf("ali");
  const accounts = ACCOUNT.replace("http://127.0.0.1:0", endpoint ?? "");
  worker = await workerProcess(
    `redis: { url: "redis://127.0.0.1:${link.port}", prefix: purgeline }\nlog: { level: error }\naccounts:${accounts}`,
  );
  const urls = Array.from({ length: 60 }, (_, at) => `https://a.example.com/${at}`);
  const id = await running.post({ op: "purge", urls });
  expect(await running.ended(id, 60_000)).toMatchObject({ state: "confirmed" });
  const submits = running.simulators.ledger.stats().find(({ call }) => call === "RefreshObjectCaches");
  expect(submits).toMatchObject({ calls: 60, duplicates: 0, rateViolations: 0 });
});
