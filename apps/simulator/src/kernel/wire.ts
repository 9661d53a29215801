import type { IncomingMessage, ServerResponse } from "node:http";
import type { WireReply, WireRequest } from "./index.ts";

/** Above every provider's own limit (Huawei's gateway takes 12 MB, the most of all). */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Reads the whole request; null: the body is larger than any provider takes, or the client went away. */
export async function readRequest(incoming: IncomingMessage): Promise<WireRequest | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  const target = incoming.url ?? "/";
  const mark = target.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? "" : target.slice(mark + 1),
    headers: joinHeaders(incoming.headersDistinct),
    body: Buffer.concat(chunks),
  };
}

/** `Date` is the virtual clock's: clients that learn the provider's time from it learn ours. */
export function sendReply(response: ServerResponse, reply: WireReply, nowMs: number): void {
  response.sendDate = false;
  response.writeHead(reply.status, { date: new Date(nowMs).toUTCString(), ...reply.headers });
  response.end(reply.body);
}

function joinHeaders(distinct: NodeJS.Dict<string[]>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(distinct).map(([name, values]) => [name, (values ?? []).join(", ")]),
  );
}
