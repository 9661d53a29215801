import type { CallLimits } from "../limits.ts";

// As in the store's `gate`: what may bring a call closer to its predecessor on the way.
const MARGIN_MS = 25;

/** The times at which one call's limits let calls go. */
export class CallGate {
  readonly #limits: CallLimits;
  readonly #grants: number[] = [];

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Not before this one may go. */
  dueAtMs(): number {
    return Math.max(
      this.#windowDue(this.#limits.perSecond, 1_000),
      this.#windowDue(this.#limits.perMinute, 60_000),
    );
  }

  grant(atMs: number): void {
    this.#grants.push(atMs);
  }

  #windowDue(limit: number | null, windowMs: number): number {
    const first = limit === null ? undefined : this.#grants.at(-limit);
    return first === undefined ? 0 : first + windowMs + MARGIN_MS;
  }
}
