import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { fastify } from "fastify";
import { watchArrivals } from "./arrival-wait.ts";
import { addControlRoutes, type Controls } from "./control.ts";
import { describeErrors } from "./schema-errors.ts";
import { type Ending, type Origin, receive, type Stamp } from "./visit.ts";
import { readRequest, sendReply } from "./wire.ts";

export interface Listening {
  /** The origin as the configuration gave it. */
  readonly asked: string;
  /** The origin that listens. */
  readonly origin: string;
  close(): Promise<void>;
}

export interface ServerPlan {
  readonly origin: string;
  readonly door: Origin;
  readonly controls: Controls;
}

/** The control API's paths start with this; no provider's do. */
const CONTROL_PREFIX = "/_sim/";

/** Node refuses heads over 16 KiB itself; Tencent takes GETs of 32 KB and has words of its own for longer ones. */
const MAX_HEAD_BYTES = 128 * 1024;

/**
 * Opens one origin. The control API is Fastify's; the provider's API is answered from
 * Node's own request, because signatures are checked on the bytes and because faults
 * need the bare socket.
 */
export async function listen({ origin, door, controls }: ServerPlan): Promise<Listening> {
  const url = new URL(origin);
  const app = fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { allErrors: true, verbose: true, removeAdditional: false, discriminator: true } },
    schemaErrorFormatter: describeErrors,
    serverFactory: (handler) => {
      const server = createServer({ maxHeaderSize: MAX_HEAD_BYTES });
      return server.on("request", splitter(handler, door, watchArrivals(server, door.loop)));
    },
  });
  // Longer than any client keeps an idle connection: a close of ours that crosses a request
  // would look like a lost reply, which is for the faults to inject.
  app.server.keepAliveTimeout = 120_000;
  addControlRoutes(app, controls);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  try {
    await app.listen({ host, port: Number(url.port === "" ? 80 : url.port) });
  } catch (cause) {
    const names = door.accounts.map(({ settings }) => settings.name).join(", ");
    throw new Error(`cannot listen on ${origin} for ${names}: ${(cause as Error).message}`, { cause });
  }
  const address = app.server.address();
  if (typeof address === "object" && address !== null) url.port = String(address.port);
  return { asked: origin, origin: url.origin, close: async () => app.close() };
}

type WaitOf = (socket: Socket) => number;

function splitter(handler: RequestListener, door: Origin, waitOf: WaitOf): RequestListener {
  return (incoming, response) => {
    if (incoming.url?.startsWith(CONTROL_PREFIX) === true) handler(incoming, response);
    else void serve(incoming, response, door, waitOf(incoming.socket));
  };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  door: Origin,
  waitedMs: number,
): Promise<void> {
  const { clock } = door;
  const stamp: Stamp = {
    nowMs: clock.nowMs(),
    monotonicMs: clock.monotonicMs(),
    realMonotonicMs: performance.now(),
    waitedMs,
  };
  const request = await readRequest(incoming);
  if (request === null) return void incoming.destroy();
  const { lateMs, carryOut } = receive(door, request, stamp);
  later(lateMs, () => end(incoming, response, carryOut(), clock.nowMs));
}

function later(ms: number, act: () => void): void {
  if (ms > 0) setTimeout(act, ms).unref();
  else act();
}

function end(incoming: IncomingMessage, response: ServerResponse, ending: Ending, nowMs: () => number): void {
  if (ending.action === "hang") return;
  later(ending.afterMs, () => {
    if (ending.action === "drop") incoming.socket.resetAndDestroy();
    else sendReply(response, ending.reply, nowMs());
  });
}
