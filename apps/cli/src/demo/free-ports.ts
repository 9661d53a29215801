import { once } from "node:events";
import { createServer } from "node:net";

/** A port of a text that was taken, and the one that stands there now. */
export interface MovedPort {
  readonly from: number;
  readonly to: number;
}

/** `port: 8080` and `127.0.0.1:9101`, as demo.yaml writes ports. */
const PORT = /(?<=port: |127\.0\.0\.1:)\d+/g;

/** The text with every port that is taken on loopback replaced by a free one. */
export async function withFreePorts(
  text: string,
): Promise<{ readonly text: string; readonly moved: readonly MovedPort[] }> {
  const moved: MovedPort[] = [];
  for (const from of new Set(text.match(PORT)?.map(Number))) {
    if (!(await isFree(from))) moved.push({ from, to: await anyFree() });
  }
  const to = new Map(moved.map((port) => [String(port.from), String(port.to)]));
  return { text: text.replaceAll(PORT, (port) => to.get(port) ?? port), moved };
}

async function isFree(port: number): Promise<boolean> {
  return (await portOf(port)) !== null;
}

async function anyFree(): Promise<number> {
  const port = await portOf(0);
  if (port === null) throw new Error("no free port on 127.0.0.1");
  return port;
}

/** Listens for a moment; the port, or null when it is taken. */
async function portOf(asked: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(asked, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return null;
    throw error;
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : null;
}
