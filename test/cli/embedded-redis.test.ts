import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterEach, expect, it } from "vitest";

/*
 * The embedded Redis as `up` runs it, in a process of its own (embedded-redis-holder.ts),
 * so that the holder can be killed as an operator or a kernel would.
 */

const HOLDER = fileURLToPath(new URL("embedded-redis-holder.ts", import.meta.url));
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function dataDirectory(name = "data"): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "purgeline-up-"));
  cleanups.push(() => rm(parent, { recursive: true, force: true }));
  return join(parent, name);
}

/** Starts a holder; where its Redis listens, or what it said when it ended. */
async function hold(directory: string) {
  const child = spawn(process.execPath, [HOLDER, directory], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = once(child, "exit");
  cleanups.push(async () => {
    child.kill("SIGTERM");
    await exited;
  });
  const said = once(child, "message").then(([message]) => message as { socket: string; directory: string });
  const closed = once(child, "close").then(() => null);
  const ready = await Promise.race([said, closed]);
  return { child, exited, ready, stderr: () => stderr };
}

async function connect(socket: string): Promise<Redis> {
  const redis = new Redis({ path: socket, lazyConnect: true });
  // Connections that are cut are what these tests are about.
  redis.on("error", () => undefined);
  await redis.connect();
  cleanups.push(async () => redis.disconnect());
  return redis;
}

it("acknowledged writes are on the disk, nothing is evicted, and nobody else gets in", async () => {
  const { ready } = await hold(await dataDirectory());
  const redis = await connect(ready?.socket ?? "");
  const settings: Record<string, string> = {};
  for (const key of ["appendonly", "appendfsync", "maxmemory-policy", "port", "hz", "save"]) {
    const [, value] = (await redis.config("GET", key)) as [string, string];
    settings[key] = value;
  }
  expect(settings).toEqual({
    appendonly: "yes",
    appendfsync: "always",
    "maxmemory-policy": "noeviction",
    port: "0",
    hz: "100",
    save: "",
  });
  expect((await stat(ready?.directory ?? "")).mode & 0o777).toBe(0o700);
  expect((await stat(ready?.socket ?? "")).mode & 0o077).toBe(0);
});

it("a killed Redis is back with everything that it acknowledged", async () => {
  const { ready } = await hold(await dataDirectory());
  const redis = await connect(ready?.socket ?? "");
  await redis.set("accepted", "yes");
  const pid = /process_id:(\d+)/.exec(await redis.info("server"))?.[1];
  const back = new Promise((resolve) => redis.once("ready", resolve));
  process.kill(Number(pid), "SIGKILL");
  await back;
  expect(await redis.get("accepted")).toBe("yes");
  expect(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]).not.toBe(pid);
});

it("a second start on the same data is refused while the first runs, and leaves it alone", async () => {
  const directory = await dataDirectory();
  const first = await hold(directory);
  const second = await hold(directory);
  expect(second.ready).toBeNull();
  expect(second.child.exitCode).toBe(2);
  expect(second.stderr()).toContain("another `purgeline up` runs on this data");
  const redis = await connect(first.ready?.socket ?? "");
  expect(await redis.ping()).toBe("PONG");
});

it("what a killed holder left behind is ended, and its data are kept", async () => {
  const directory = await dataDirectory();
  const first = await hold(directory);
  const redis = await connect(first.ready?.socket ?? "");
  await redis.set("accepted", "yes");
  const stale = Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
  first.child.kill("SIGKILL");
  await first.exited;
  expect(await redis.ping()).toBe("PONG");
  redis.disconnect();

  const second = await hold(directory);
  const again = await connect(second.ready?.socket ?? "");
  expect(await again.get("accepted")).toBe("yes");
  expect(() => process.kill(stale, 0)).toThrow("ESRCH");
});

it("stopping leaves neither a process nor a socket", async () => {
  const { child, exited, ready } = await hold(await dataDirectory());
  const redis = await connect(ready?.socket ?? "");
  const pid = Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
  redis.disconnect();
  child.kill("SIGTERM");
  await exited;
  expect(child.exitCode).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await expect(stat(ready?.socket ?? "")).rejects.toThrow("ENOENT");
});

it("a path too long for a socket puts the socket elsewhere, privately, and takes it away again", async () => {
  const { child, exited, ready } = await hold(await dataDirectory("long-".repeat(20)));
  const socket = ready?.socket ?? "";
  expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
  expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700);
  const redis = await connect(socket);
  redis.disconnect();
  child.kill("SIGTERM");
  await exited;
  await expect(stat(dirname(socket))).rejects.toThrow("ENOENT");
});
