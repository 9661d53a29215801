import { startRedis } from "@purgeline/testkit";
import { expect, it } from "vitest";
import { connect } from "../src/index.ts";
import { unsafeSettings } from "../src/server-settings.ts";

async function unsafe(options: Parameters<typeof startRedis>[0]): Promise<readonly string[]> {
  const redis = await startRedis(options);
  const connection = connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
  try {
    return await unsafeSettings(connection);
  } finally {
    connection.disconnect();
    await redis.stop();
  }
}

it("a server that writes every command and evicts nothing carries the promise", async () => {
  expect(await unsafe({ appendfsync: "always", config: { "maxmemory-policy": "noeviction" } })).toEqual([]);
});

it("each setting that may lose work is named with what it may lose", async () => {
  const found = await unsafe({ appendfsync: "everysec", config: { "maxmemory-policy": "allkeys-lru" } });
  expect(found).toEqual([
    expect.stringContaining("appendfsync is everysec"),
    expect.stringContaining("allkeys-lru"),
  ]);
  expect(await unsafe({})).toContainEqual(expect.stringContaining("appendonly is not yes"));
});
