import { PERMIT_AGE_MS } from "@purgeline/core";
import type { WorkAccount } from "./ports.ts";

/** However slow the store or this process is: a longer way would let one window's calls into the next but one. */
const OLDEST_MS = 1000;

/** A batch is not sealed sooner before its permit begins: what comes in that time would have to wait for another one. */
const EARLIEST_MS = 20;

const allowed = new WeakMap<WorkAccount, Map<string, number>>();

/**
 * How old a permit may get between its asking and the first byte, ms. Where the store is far away or
 * this process is busy the usual age is always exceeded, and no call would ever be made: then more is
 * asked for, and the gate keeps the calls so much further apart.
 */
export function permitAgeMs(account: WorkAccount, call: string): number {
  return allowed.get(account)?.get(call) ?? PERMIT_AGE_MS;
}

/** A permit had this age when its bytes were ready: the next one may have twice that, so that one late byte is forgiven. */
export function learnPermitAge(account: WorkAccount, call: string, ageMs: number): void {
  const ofAccount = allowed.get(account) ?? new Map<string, number>();
  allowed.set(account, ofAccount);
  ofAccount.set(call, Math.min(OLDEST_MS, Math.max(PERMIT_AGE_MS, Math.ceil(2 * ageMs))));
}

const ready = new WeakMap<WorkAccount, Map<string, number>>();

/** How long before its permit begins a batch may be taken, ms: as long as it takes until its bytes are ready to leave. */
export function permitEarlyMs(account: WorkAccount, call: string): number {
  return ready.get(account)?.get(call) ?? 0;
}

/** So long after they were asked for a batch's bytes were ready: so the next one's will be, if not later. */
export function learnReadyAfter(account: WorkAccount, call: string, ms: number): void {
  const ofAccount = ready.get(account) ?? new Map<string, number>();
  ready.set(account, ofAccount);
  ofAccount.set(call, Math.min(EARLIEST_MS, Math.floor(ms)));
}
