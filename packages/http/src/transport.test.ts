import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { type HttpRequest, PermitStale, TransportFailed } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { openTransport } from "./transport.ts";

const transport = openTransport();
let server: Server;
let received = 0;

async function serve(listener: RequestListener): Promise<HttpRequest> {
  received = 0;
  server = createServer((request, reply) => {
    received += 1;
    listener(request, reply);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    method: "POST",
    url: `http://127.0.0.1:${port}/v1?b=2&a=1`,
    headers: { "content-type": "text/plain" },
    body: "päckchen",
  };
}

afterEach(() => server.closeAllConnections());
afterEach(() => server.close());

const always = { timeoutMs: 60_000, mayWrite: () => true };

describe("one request", () => {
  it("arrives byte for byte and brings status, headers and body back", async () => {
    const request = await serve((incoming, reply) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        reply.setHeader("X-Thing", "1").setHeader("date", "Sat, 21 Nov 2026 09:00:00 GMT");
        reply
          .writeHead(202)
          .end(
            `${incoming.method} ${incoming.url} ${incoming.headers["content-length"]} ${Buffer.concat(chunks).toString()}`,
          );
      });
    });
    const reply = await transport.send(request, always);
    expect(reply.status).toBe(202);
    expect(reply.headers).toMatchObject({ "x-thing": "1", date: "Sat, 21 Nov 2026 09:00:00 GMT" });
    expect(reply.body).toBe("POST /v1?b=2&a=1 9 päckchen");
  });

  it("is not written when the permit has gone stale", async () => {
    const request = await serve((_, reply) => reply.end());
    await expect(transport.send(request, { ...always, mayWrite: () => false })).rejects.toBeInstanceOf(
      PermitStale,
    );
    expect(received).toBe(0);
    await transport.send(request, always);
    expect(received).toBe(1);
  });

  it("may have been carried out when no reply comes in time", async () => {
    const request = await serve(() => undefined);
    await expect(transport.send(request, { ...always, timeoutMs: 1000 })).rejects.toMatchObject({
      name: "TransportFailed",
      sent: true,
    });
  });

  it("may have been carried out when the connection breaks after it was sent", async () => {
    const request = await serve((incoming) => incoming.socket.destroy());
    await expect(transport.send(request, always)).rejects.toMatchObject({
      name: "TransportFailed",
      sent: true,
    });
  });

  it("does not wait for others of the same provider that hang, however many they are", async () => {
    const hanging = 300;
    const all = Promise.withResolvers<void>();
    const request = await serve((incoming, reply) => {
      if (incoming.url === "/hang") {
        if (received === hanging) all.resolve();
      } else reply.end();
    });
    const hang = { ...request, url: request.url.replace(/\/v1.*/, "/hang") };
    const ends = Array.from({ length: hanging }, () =>
      transport.send(hang, { ...always, timeoutMs: 600_000 }).catch(() => undefined),
    );
    await all.promise;
    expect((await transport.send(request, { ...always, timeoutMs: 30_000 })).status).toBe(200);
    server.closeAllConnections();
    await Promise.all(ends);
  });

  it("was not carried out when nobody listens", async () => {
    const free = createTcpServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, "close");
    const failed = transport.send(
      { method: "GET", url: `http://127.0.0.1:${port}/`, headers: {}, body: null },
      always,
    );
    await expect(failed).rejects.toBeInstanceOf(TransportFailed);
    await expect(failed).rejects.toMatchObject({
      sent: false,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
