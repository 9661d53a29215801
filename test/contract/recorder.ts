import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it stood on the wire. */
export interface Recorded {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Recorder {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** What one act of an SDK sent. It must send exactly one request; what it makes of the answer is of no interest. */
  record(act: () => Promise<unknown>): Promise<Recorded>;
  close(): Promise<void>;
}

/** A server that answers everything with `answer` and keeps what it was asked: how an official SDK's own signature is seen. */
export async function startRecorder(answer = "{}"): Promise<Recorder> {
  let seen: Recorded[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const body = Buffer.concat(chunks).toString("utf8");
    seen.push({ method: incoming.method ?? "", target: incoming.url ?? "", headers, body });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async record(act) {
      seen = [];
      const failure = await act().then(
        () => null,
        (reason: unknown) => reason,
      );
      const [request] = seen;
      if (request === undefined || seen.length > 1) {
        throw new Error(`recorder: ${seen.length} requests instead of one`, { cause: failure });
      }
      return request;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
