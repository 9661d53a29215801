import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openTransport } from "./transport.ts";

it("a reply that trickles for ever is given up at the time-out, as one that may have been carried out", async () => {
  const timers: NodeJS.Timeout[] = [];
  const server = createServer((_, reply) => {
    reply.writeHead(200);
    timers.push(setInterval(() => reply.write("x"), 10));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const request = { method: "POST", url: `http://127.0.0.1:${port}/`, headers: {}, body: "" } as const;
  const sending = openTransport().send(request, { timeoutMs: 200, mayWrite: () => true });
  await expect(sending).rejects.toMatchObject({ name: "TransportFailed", sent: true });
  for (const timer of timers) clearInterval(timer);
  server.closeAllConnections();
  server.close();
});
