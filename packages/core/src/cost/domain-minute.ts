/** What of a domain's targets a minute is used, in buckets of a second, as the store counts it. */
export class DomainMinute {
  readonly #limit: number | null;
  readonly #bySecond = new Map<number, number>();

  constructor(limit: number | null) {
    this.#limit = limit;
  }

  /** How many may go now, and when there may be room for more. */
  room(nowMs: number): { readonly targets: number; readonly freeAtMs: number } {
    if (this.#limit === null) return { targets: Number.POSITIVE_INFINITY, freeAtMs: nowMs };
    const now = Math.floor(nowMs / 1000);
    for (const second of this.#bySecond.keys()) if (second < now - 61) this.#bySecond.delete(second);
    const used = [...this.#bySecond.values()].reduce((sum, taken) => sum + taken, 0);
    const [first = now] = this.#bySecond.keys();
    return { targets: Math.max(0, this.#limit - used), freeAtMs: (first + 62) * 1000 };
  }

  spend(targets: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (this.#limit !== null) this.#bySecond.set(second, (this.#bySecond.get(second) ?? 0) + targets);
  }
}
