import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { startRedis } from "@purgeline/testkit";
import { expect, it } from "vitest";
import { workerProcess } from "./worker-process.ts";

it("a worker whose port is taken ends instead of staying behind with its connections", async () => {
  const redis = await startRedis();
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  const worker = await workerProcess(`
redis: { url: "redis://127.0.0.1:${redis.port}", prefix: purgeline }
worker: { port: ${port} }
log: { level: error }
accounts:
  - { name: ali, provider: alibaba-cdn, credentials: { accessKeyId: ali-id, accessKeySecret: ali-secret }, hosts: [a.example.com] }
`);
  const [code] = (await once(worker.child, "exit")) as [number | null];
  await worker.stop();
  holder.close();
  await redis.stop();
  expect(code).not.toBe(0);
  expect(code).not.toBeNull();
});
