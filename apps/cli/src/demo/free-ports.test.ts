import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { withFreePorts } from "./free-ports.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function taken(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  open.push(server);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

it("a port that is taken is replaced wherever it stands, the others stay", async () => {
  const port = await taken();
  const free = await taken();
  open.pop()?.close();
  const text = `http: { port: ${free} }\nendpoint: http://127.0.0.1:${port}\nagain: http://127.0.0.1:${port}/\n`;
  const { text: placed, moved } = await withFreePorts(text);
  const [one, ...others] = moved;
  expect(others).toEqual([]);
  expect(one?.from).toBe(port);
  expect(placed).toBe(text.replaceAll(String(port), String(one?.to)));
});

it("where every port is free the text stays as it is", async () => {
  const free = await taken();
  const [server] = open.splice(0);
  server?.close();
  const text = `endpoint: http://127.0.0.1:${free}\nweight: 8080\n`;
  expect(await withFreePorts(text)).toEqual({ text, moved: [] });
});
