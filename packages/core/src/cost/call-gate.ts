import type { CallLimits } from "../limits.ts";
import type { CallState } from "../store-views.ts";
import { GATE_MARGIN_MS, MORE_RATE, WHOLE_RATE } from "./store-figures.ts";

/** The times at which one call's limits let calls go. */
export class CallGate {
  readonly #limits: CallLimits;
  readonly #heldUntilMs: number;
  readonly #slowed: CallState["slowed"];
  readonly #grants: number[] = [];

  constructor(limits: CallLimits, state?: Pick<CallState, "heldUntilMs" | "slowed">) {
    this.#limits = limits;
    this.#heldUntilMs = state?.heldUntilMs ?? 0;
    this.#slowed = state?.slowed;
  }

  /** Not before this one may go, by the rate that is in force now. */
  dueAtMs(nowMs: number): number {
    const share = this.#shareAt(nowMs);
    return Math.max(
      this.#heldUntilMs,
      this.#windowDue(this.#limits.perSecond, share, 1_000),
      this.#windowDue(this.#limits.perMinute, share, 60_000),
    );
  }

  /** So long one call takes after another at the rate that is in force now. */
  everyMs(nowMs: number): number {
    const share = this.#shareAt(nowMs);
    const every = (limit: number | null, windowMs: number): number =>
      limit === null ? 0 : windowMs / atShare(limit, share);
    return Math.max(every(this.#limits.perSecond, 1_000), every(this.#limits.perMinute, 60_000));
  }

  grant(atMs: number): void {
    this.#grants.push(atMs);
  }

  #shareAt(nowMs: number): number {
    if (this.#slowed === undefined) return WHOLE_RATE;
    const { share, fromMs } = this.#slowed;
    const windowMs = this.#limits.perSecond === null ? 60_000 : 1_000;
    return Math.min(WHOLE_RATE, share + Math.floor((MORE_RATE * Math.max(0, nowMs - fromMs)) / windowMs));
  }

  #windowDue(limit: number | null, share: number, windowMs: number): number {
    const first = limit === null ? undefined : this.#grants.at(-atShare(limit, share));
    return first === undefined ? 0 : first + windowMs + GATE_MARGIN_MS;
  }
}

function atShare(limit: number, share: number): number {
  return Math.max(1, Math.floor((limit * share) / WHOLE_RATE));
}
