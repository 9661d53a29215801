import { type RedisOptions, startRedis } from "@purgeline/testkit";
import { Redis } from "ioredis";
import { expect, it, vi } from "vitest";
import { connect } from "../src/index.ts";
import { unsafeSettings } from "../src/server-settings.ts";

/** Each starts a server or two. */
vi.setConfig({ testTimeout: 60_000 });

async function unsafe(options: RedisOptions, replicas = 0): Promise<readonly string[]> {
  const redis = await startRedis({
    ...options,
    config: { "repl-diskless-sync-delay": "0", ...options.config },
  });
  const connection = connect({ kind: "socket", path: redis.path, prefix: "t" }, "worker", () => undefined);
  const others = await Promise.all(Array.from({ length: replicas }, () => startRedis()));
  try {
    for (const { url } of others) {
      const other = new Redis(url);
      await other.replicaof("127.0.0.1", String(redis.port));
      other.disconnect();
    }
    await vi.waitFor(
      async () => expect(await connection.info("replication")).toContain(`connected_slaves:${replicas}`),
      { timeout: 20_000 },
    );
    return await unsafeSettings(connection);
  } finally {
    connection.disconnect();
    for (const other of [...others, redis]) await other.stop();
  }
}

const safe: RedisOptions = {
  appendfsync: "always",
  config: { "maxmemory-policy": "noeviction", maxmemory: "64mb" },
};
const safeBut = (config: RedisOptions["config"]): RedisOptions => ({
  ...safe,
  config: { ...safe.config, ...config },
});

it("a server that writes every command, evicts nothing and knows its room carries the promise", async () => {
  expect(await unsafe(safe)).toEqual([]);
  expect(await unsafe(safeBut({ "min-replicas-to-write": "1" }), 1)).toEqual([]);
});

it.each<readonly [RedisOptions, string]>([
  [{ ...safe, appendfsync: "everysec" }, "appendfsync is everysec, not always: a power cut loses up to 2 s"],
  [{ ...safe, appendfsync: "no" }, "appendfsync is no, not always: a power cut loses up to 30 s"],
  [safeBut({ "no-appendfsync-on-rewrite": "yes" }), "no-appendfsync-on-rewrite is not no"],
  [safeBut({ appendonly: "no" }), "appendonly is not yes: a restart of Redis loses everything"],
  [safeBut({ appendonly: "no", save: "60 1" }), "loses what was accepted since its last snapshot"],
  [safeBut({ "maxmemory-policy": "allkeys-lru" }), "maxmemory-policy is allkeys-lru, not noeviction"],
  [safeBut({ maxmemory: "0" }), "maxmemory is 0"],
])("a setting that may cost work is named alone, with what it costs: %j", async (options, fault) => {
  expect(await unsafe(options)).toEqual([expect.stringContaining(fault)]);
});

it("a master with replicas that writes without them is told of", async () => {
  expect(await unsafe(safe, 1)).toEqual([expect.stringContaining("min-replicas-to-write is 0")]);
});
