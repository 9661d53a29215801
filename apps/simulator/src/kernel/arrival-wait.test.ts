import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createNetServer, Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { watchArrivals } from "./arrival-wait.ts";
import { watchLoop } from "./loop-delay.ts";

const CALLS = 40;
/** However busy the machine: what is waited for is the thread's word. */
const PATIENCE_MS = 60_000;

/** A thread that sends calls, each on a connection of its own, says so, and then waits for their answers. */
const CALLER = `
const { connect } = require("node:net");
const { workerData: { port, calls, word } } = require("node:worker_threads");
let written = 0;
for (let i = 0; i < calls; i += 1) {
  const socket = connect(port, "127.0.0.1", () => {
    socket.write("GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n", () => {
      written += 1;
      if (written < calls) return;
      Atomics.store(word, 0, 1);
      Atomics.notify(word, 0);
    });
  });
  socket.resume();
}
`;

it("counts what new connections brought while the process was busy from before they came", async () => {
  const loop = watchLoop();
  const server = createServer((incoming, response) => {
    came.push(performance.now() - waitOf(incoming.socket));
    response.end();
  });
  const waitOf = watchArrivals(server, loop);
  const came: number[] = [];
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const word = new Int32Array(new SharedArrayBuffer(4));
  const caller = new Worker(CALLER, { eval: true, workerData: { port, calls: CALLS, word } });
  const ended = once(caller, "exit");
  await once(caller, "online");
  // This thread is busy until all of them have come.
  expect(Atomics.wait(word, 0, 0, PATIENCE_MS)).not.toBe("timed-out");
  const writtenAt = performance.now();
  await ended;
  expect(came).toHaveLength(CALLS);
  for (const at of came) expect(at).toBeLessThanOrEqual(writtenAt);
  loop.close();
  server.close();
});

it("excuses what an open connection brings for no longer than the process was busy", () => {
  let sinceTurnMs = 1000;
  const server = createNetServer();
  const waitOf = watchArrivals(server, { sinceTurnMs: () => sinceTurnMs, close: () => undefined });
  const socket = new Socket();
  server.emit("connection", socket);
  sinceTurnMs = 500;
  expect(waitOf(socket)).toBeGreaterThanOrEqual(1000);
  sinceTurnMs = 0;
  expect(waitOf(socket)).toBe(0);
});
