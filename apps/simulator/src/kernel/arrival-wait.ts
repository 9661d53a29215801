import type { Server, Socket } from "node:net";
import type { LoopDelay } from "./loop-delay.ts";

interface Accepted {
  readonly atMs: number;
  /** It was there not before this. */
  readonly cameMs: number;
}

/**
 * How long what a connection has just brought may have waited in this process, at most. Node 24 accepts one connection a
 * turn, and reads what it brought in the next one: of those that came together while the process was busy the last one is
 * read many turns later.
 */
export function watchArrivals(server: Server, loop: LoopDelay): (socket: Socket) => number {
  const accepted = new WeakMap<Socket, Accepted>();
  let last: Accepted = { atMs: -Infinity, cameMs: -Infinity };
  const cameMs = (atMs: number, { atMs: acceptedAt, cameMs: before }: Accepted): number => {
    const turnedAt = atMs - loop.sinceTurnMs();
    return turnedAt <= acceptedAt ? Math.min(before, turnedAt) : turnedAt;
  };
  server.on("connection", (socket: Socket) => {
    const atMs = performance.now();
    last = { atMs, cameMs: cameMs(atMs, last) };
    accepted.set(socket, last);
  });
  return (socket) => {
    const readAt = performance.now();
    return readAt - cameMs(readAt, accepted.get(socket) ?? { atMs: -Infinity, cameMs: -Infinity });
  };
}
