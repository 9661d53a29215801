import type { Limits } from "@purgeline/core";
import { type Bundle, CALL, limitsWith } from "./bundle.ts";
import { SUBMIT } from "./steps.ts";

export type Rate = { readonly perSecond: number | null; readonly perMinute: number | null };

export function limitsAt(rate: Rate): Limits {
  const limits = limitsWith();
  return { ...limits, calls: { ...limits.calls, [SUBMIT]: { ...CALL, ...rate } } };
}

interface VirtualTime {
  now(): number;
  permit(): Promise<number>;
  sleep(ms: number): void;
}

/** Takers in a virtual time: each asks, sleeps as told, and is late. */
export function virtualTime(store: Bundle, fromMs = 0): VirtualTime {
  let at = fromMs;
  return {
    now: () => at,
    async permit(): Promise<number> {
      return (await store.later(at).work.permit("ali", SUBMIT, null)).waitMs;
    },
    sleep(ms: number): void {
      at += ms;
    },
  };
}

/** Grants while somebody asks again and again for `forMs`. */
export async function saturate(
  time: VirtualTime,
  forMs: number,
  lateMs: (i: number) => number,
): Promise<number[]> {
  const grants: number[] = [];
  const until = time.now() + forMs;
  for (let i = 0; time.now() < until; i += 1) {
    const waitMs = await time.permit();
    if (waitMs === 0) grants.push(time.now());
    else time.sleep(waitMs + lateMs(i));
  }
  return grants;
}

export function mostIn(grants: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [last, at] of grants.entries()) {
    while (at - (grants[first] ?? 0) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

// A wake-up is up to 4 ms late, as timers are on a busy machine.
export function jitter(i: number): number {
  return (i * 7) % 5;
}
