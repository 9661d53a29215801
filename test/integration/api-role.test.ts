import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runApi } from "@purgeline/api";
import { type Config, loadConfig } from "@purgeline/config";
import { providers } from "@purgeline/providers";
import { createLogger } from "@purgeline/telemetry";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const log = createLogger({ level: "error", role: "api", pretty: false });

function configOn(port: number): Config {
  const loaded = loadConfig(
    `http: { port: ${port} }
accounts:
  - { name: ali, provider: alibaba-cdn, credentials: { ak: id, sk: secret }, hosts: ["*.example.com"] }
`,
    {},
    providers,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

function start(port: number) {
  const stop = new AbortController();
  const ready = Promise.withResolvers<string>();
  const ended = runApi({
    config: configOn(port),
    redis: { kind: "socket", path: redis.path, prefix: "role" },
    configuredAtMs: 1,
    version: "1.2.3",
    log,
    signal: stop.signal,
    onReady: ({ API }) => ready.resolve(API),
  });
  ended.catch(ready.reject);
  return { stop, ready: ready.promise, ended };
}

it("serves what it is asked, shows the state that it shares with others, and ends when it is told", async () => {
  const role = start(0);
  const origin = await role.ready;
  const reply = await fetch(`${origin}/v1/intents`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ op: "purge", urls: ["https://www.example.com/a"] }),
  });
  expect(reply.status).toBe(202);
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  expect(metrics).toContain("purgeline_redis_up 1");
  expect(metrics).toContain('purgeline_build_info{version="1.2.3"} 1');
  expect(metrics).toContain('purgeline_pending_targets{account="ali",lane="purge-url"} 1');
  expect(metrics).toContain('purgeline_queue_jobs{queue="submit.ali",state="waiting"} 0');
  role.stop.abort();
  await role.ended;
  await expect(fetch(origin)).rejects.toThrow();
});

it("a port in use ends the role with the address in the message, and without leaving anything open", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const role = start(port);
  await expect(role.ended).rejects.toMatchObject({
    code: "EADDRINUSE",
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  await expect(role.ready).rejects.toThrow();
  other.close();
});

it("starts without Redis, says so, and is ready when Redis comes", async () => {
  await redis.kill();
  const role = start(0);
  const origin = await role.ready;
  const ready = await fetch(`${origin}/readyz`);
  expect([ready.status, ready.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await (await fetch(`${origin}/metrics`)).text()).toContain("purgeline_redis_up 0");
  await redis.restart();
  await expect.poll(async () => (await fetch(`${origin}/readyz`)).status).toBe(200);
  role.stop.abort();
  await role.ended;
});
