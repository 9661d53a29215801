import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Chance, Clock } from "@purgeline/core";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    if (signal.aborted) return;
    signal.addEventListener("abort", end, { once: true });
    await delay(ms, undefined, { signal: ended.signal }).catch(() => undefined);
    signal.removeEventListener("abort", end);
  },
};

export const systemChance: Chance = {
  nonce: () => randomBytes(16).toString("hex"),
  unit: () => Math.random(),
};
