import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connect, type Purpose } from "../src/connect.ts";

/** Loads its data until it was asked so often, and says each time that it needs an hour. */
const ASKED = 4;

let server: Server | null = null;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

function info(isLoading: boolean): string {
  const text = `loading:${isLoading ? "1\r\nloading_eta_seconds:3600" : "0"}\r\n`;
  return `$${text.length}\r\n${text}\r\n`;
}

async function loadingRedis(): Promise<number> {
  let asked = 0;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (data) => {
      for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        if (name?.toUpperCase() === "INFO") {
          asked += 1;
          socket.write(info(asked < ASKED));
        } else socket.write(name?.toUpperCase() === "HELLO" ? "%1\r\n+server\r\n+redis\r\n" : "+PONG\r\n");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe.each<Purpose>(["request", "worker"])("the connection of a %s", (purpose) => {
  it("does not believe how long a Redis that loads its data says that it needs", {
    timeout: 20_000,
  }, async () => {
    const target = {
      kind: "single",
      host: "127.0.0.1",
      port: await loadingRedis(),
      db: 0,
      prefix: "t",
    } as const;
    const connection = connect(
      { ...target, username: null, password: null, tls: null },
      purpose,
      () => undefined,
    );
    try {
      await once(connection, "ready");
      expect(await connection.ping()).toBe("PONG");
    } finally {
      connection.disconnect();
    }
  });
});
