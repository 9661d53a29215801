import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { type Connection, connect, type Purpose, type RedisTarget } from "./connect.ts";

export interface LinkEvents {
  up(): void;
  /** `error`: what is known about the reason. */
  down(error?: Error): void;
}

/** A connection that tells when it breaks and stands again: once each, not at every attempt. */
export function openLink(target: RedisTarget, purpose: Purpose, events: LinkEvents): Connection {
  let isUp: boolean | null = null;
  const fall = (error?: Error): void => {
    if (isUp === false) return;
    isUp = false;
    events.down(error);
  };
  const link = connect(target, purpose, fall);
  link.on("ready", () => {
    isUp = true;
    events.up();
  });
  link.on("close", () => fall());
  return link;
}

/** Resolves when the connection stands, or after `timeoutMs`: a role starts without Redis, too. */
export async function whenReady(link: Connection, timeoutMs: number): Promise<void> {
  if (link.status === "ready") return;
  const waited = new AbortController();
  const { signal } = waited;
  const ready = once(link, "ready", { signal });
  await Promise.race([ready, delay(timeoutMs, undefined, { signal })]).catch(() => undefined);
  waited.abort();
  await ready.catch(() => undefined);
}
