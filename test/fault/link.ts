import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export type Direction = "requests" | "answers";

/** A way to a port of loopback that a test can break; byte for byte and in order as long as it does not. */
export interface Link {
  readonly port: number;
  /** Bytes of this direction arrive so much later. */
  delay(direction: Direction, ms: number): void;
  /** Nothing arrives in this direction, and nothing is lost, until `flow`. */
  stall(direction: Direction): void;
  flow(): void;
  /** Breaks every connection with RST: what is on the way is lost. */
  reset(): void;
  /** New connections go to another port. */
  redirect(toPort: number): void;
  close(): Promise<void>;
}

interface Way {
  delayMs: number;
  /** Resolves when it is open. */
  open: Promise<void>;
}

export async function openLink(toPort: number): Promise<Link> {
  let port = toPort;
  const ways: Readonly<Record<Direction, Way>> = {
    requests: { delayMs: 0, open: Promise.resolve() },
    answers: { delayMs: 0, open: Promise.resolve() },
  };
  let release: () => void = () => undefined;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to, direction] of [
      [near, far, "requests"],
      [far, near, "answers"],
    ] as const) {
      open.add(from);
      from.setNoDelay(true);
      // What fails at one end fails at the other.
      from.on("error", () => breakOff(to));
      from.on("close", () => open.delete(from));
      void carry(from, to, ways[direction]);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    delay(direction, ms) {
      ways[direction].delayMs = ms;
    },
    stall(direction) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = release;
      ways[direction].open = promise;
      release = () => {
        before();
        resolve();
      };
    },
    flow() {
      release();
      release = () => undefined;
    },
    reset() {
      for (const socket of open) breakOff(socket);
    },
    redirect(other) {
      port = other;
    },
    async close() {
      release();
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A socket that has begun to end cannot be reset: Node then keeps its handle, and never exits. */
function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Piece by piece in order; a piece that is late holds up those behind it by what it has left to wait. */
async function carry(from: Socket, to: Socket, way: Way): Promise<void> {
  let last = Promise.resolve();
  from.on("data", (bytes: Buffer) => {
    const dueAt = performance.now() + way.delayMs;
    last = last.then(() => deliver(bytes, to, way, dueAt));
  });
  await once(from, "end").catch(() => undefined);
  await last;
  to.end();
}

async function deliver(bytes: Buffer, to: Socket, way: Way, dueAt: number): Promise<void> {
  const leftMs = dueAt - performance.now();
  if (leftMs > 0) await pause(leftMs);
  await way.open;
  to.write(bytes);
}
