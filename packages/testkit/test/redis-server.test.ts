import { once } from "node:events";
import { access } from "node:fs/promises";
import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../src/index.ts";

const servers: RedisServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(...options: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...options);
  servers.push(server);
  return server;
}

/** Redis answers inline commands, so one line over a socket is client enough. */
async function ask(at: { port: number } | { path: string }, command: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", ...at });
  socket.write(`${command}\r\n`);
  const [reply] = await once(socket, "data");
  socket.destroy();
  return String(reply).trim();
}

it("a started server answers on its port and on its socket", async () => {
  const server = await start();
  expect(await ask({ port: server.port }, "PING")).toBe("+PONG");
  expect(await ask({ path: server.path }, "PING")).toBe("+PONG");
  expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
});

it("what was acknowledged with appendfsync always is there after kill and restart, on the same port", async () => {
  const server = await start({ appendfsync: "always" });
  await ask({ port: server.port }, "SET kept yes");
  await server.kill();
  await expect(ask({ port: server.port }, "PING")).rejects.toThrow("ECONNREFUSED");
  await server.restart();
  expect(await ask({ port: server.port }, "GET kept")).toBe("$3\r\nyes");
});

it("a server without a policy forgets everything at a kill", async () => {
  const server = await start();
  await ask({ port: server.port }, "SET kept yes");
  await server.kill();
  await server.restart();
  expect(await ask({ port: server.port }, "GET kept")).toBe("$-1");
});

it("a frozen server answers only after the thaw", async () => {
  const [server, awake] = [await start(), await start()];
  const order: string[] = [];
  server.freeze();
  const answer = ask({ port: server.port }, "PING").then(() => order.push("answered"));
  // Ten answers of a server that runs are time enough for one of this server, if it ran.
  for (let i = 0; i < 10; i += 1) await ask({ port: awake.port }, "PING");
  order.push("thawed");
  server.thaw();
  await answer;
  expect(order).toEqual(["thawed", "answered"]);
});

it("stop ends a frozen server too, removes its data and may be repeated", async () => {
  const server = await start();
  server.freeze();
  await server.stop();
  await server.stop();
  await expect(access(server.directory)).rejects.toThrow("ENOENT");
});

it("a setting that Redis refuses is shown with Redis's own words", async () => {
  await expect(startRedis({ config: { maxmemory: "plenty" } })).rejects.toThrow(/maxmemory/);
});
