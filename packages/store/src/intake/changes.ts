import type { Connection } from "../connect.ts";
import { accountPrefix, type Context } from "../context.ts";

/** Wakes whoever waits for an intent's end, when any of its legs has ended. */
export interface Changes {
  next(intentId: string, timeoutMs: number): Promise<void>;
  close(): void;
}

/**
 * Listens on a connection of its own. A message that is lost in a reconnect costs a waiter
 * its time-out, never the truth: whoever is woken reads the legs.
 */
export function listenForChanges(context: Context, subscriber: Connection): Changes {
  const waiters = new Map<string, Set<() => void>>();
  const channels = context.accounts.map(({ name }) => `${accountPrefix(context.prefix, name)}changed`);
  const onMessage = (_channel: string, intentId: string): void => {
    for (const wake of waiters.get(intentId) ?? []) wake();
  };
  subscriber.on("message", onMessage);
  // ioredis subscribes again after each reconnect; a first failure is one too.
  void subscriber.subscribe(...channels).catch(() => undefined);
  return {
    next: (intentId, timeoutMs) =>
      new Promise((resolve) => {
        const mine = waiters.get(intentId) ?? new Set();
        const wake = (): void => {
          clearTimeout(timer);
          mine.delete(wake);
          if (mine.size === 0) waiters.delete(intentId);
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        waiters.set(intentId, mine.add(wake));
      }),
    close() {
      subscriber.off("message", onMessage);
      for (const wakers of waiters.values()) for (const wake of [...wakers]) wake();
    },
  };
}
