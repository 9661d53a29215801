import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@purgeline/testkit";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { purgeline, startPurgeline } from "../cli/program.ts";

const WHY =
  'the data under the prefix "newer" have schema 9, which programs read that know 8 or more; this one knows 1. ' +
  "Deploy the version that wrote them, or a newer one";

let redis: RedisServer;
let connection: Redis;
let folder = "";
let file = "";
beforeAll(async () => {
  redis = await startRedis();
  connection = new Redis(redis.path);
  folder = await mkdtemp(join(tmpdir(), "purgeline-newer-"));
  file = join(folder, "purgeline.yaml");
  await writeFile(
    file,
    `http: { port: 0 }
board: { port: 0 }
redis: { url: "${redis.url}", prefix: newer }
accounts:
  - { name: ali, provider: alibaba-cdn, credentials: { ak: id, sk: a-secret-key }, hosts: ["*.example.com"] }
`,
  );
});
afterEach(() => connection.flushall());
afterAll(async () => {
  connection.disconnect();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** As a program of the future leaves it, which only its like can read. */
async function fromTheFuture(): Promise<void> {
  await connection.hset("newer:store", { schema: 9, compatibleSince: 8 });
}

/** Everybody's but our own. */
async function breakConnections(): Promise<void> {
  await connection.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
}

it("every role, up and check refuse data that only newer programs can read, say what to do, and leave them as they are", async () => {
  await fromTheFuture();
  const commands = ["api", "worker", "board", "up", "check"];
  const ended = await Promise.all(commands.map((command) => purgeline([command, "-c", file])));
  for (const [i, { code, stderr }] of ended.entries()) {
    expect(stderr, commands[i]).toContain(WHY);
    expect(stderr, commands[i]).not.toMatch(/^\s+at /m);
    expect(code, commands[i]).toBe(2);
  }
  expect(await connection.keys("*")).toEqual(["newer:store"]);
  expect(await connection.hgetall("newer:store")).toEqual({ schema: "9", compatibleSince: "8" });
});

it("api and worker go on beside a newer program whose data they can read, and end when that is over", async () => {
  const roles = ["api", "worker"].map((role) => startPurgeline([role, "-c", file]));
  for (const role of roles) await role.until('"process.ready"');
  await connection.hset("newer:store", { schema: 9, compatibleSince: 1 });
  // They look at each new connection; the slower look of every 10 s is the same one.
  await breakConnections();
  for (const role of roles) await role.until(/"redis\.lost"[\s\S]*"redis\.connected"/);
  const beside = startPurgeline(["worker", "-c", file]);
  await beside.until('"process.ready"');
  await fromTheFuture();
  await breakConnections();
  for (const role of [...roles, beside]) {
    expect(await role.ended).toBe(2);
    expect(role.said()).toContain(WHY);
  }
});
