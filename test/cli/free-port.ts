import { once } from "node:events";
import { createServer } from "node:net";

// Below the ports of the Redis servers under test, and of what Linux gives to outgoing connections and to servers that
// ask for any port: none of them takes the port before the process that is told it, or between its end and its restart.
const FIRST_PORT = 10_000;
const PARTS = 10;
const PORTS_A_PART = 1_000;

// Test files that run at once have different numbers.
const part = Number(process.env.VITEST_POOL_ID ?? Math.floor(Math.random() * PARTS)) % PARTS;
let turn = Math.floor(Math.random() * PORTS_A_PART);

/** A port that nobody listens on now, for a process that is told its port. */
export async function freePort(): Promise<number> {
  for (;;) {
    turn = (turn + 1) % PORTS_A_PART;
    const port = FIRST_PORT + part * PORTS_A_PART + turn;
    const server = createServer();
    try {
      server.listen(port);
      await once(server, "listening");
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    } finally {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    }
  }
}
