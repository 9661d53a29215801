import type { Problem } from "@purgeline/core";

// 10,000 bad targets make an answer of 2 MB that nobody reads.
const MOST_SHOWN = 1_000;

/** Collects faults; past the first 1,000 only their number. */
export class ProblemList {
  readonly #shown: Problem[] = [];
  #more = 0;

  add(problem: Problem): void {
    if (this.#shown.length < MOST_SHOWN) this.#shown.push(problem);
    else this.#more += 1;
  }

  get isEmpty(): boolean {
    return this.#shown.length === 0;
  }

  all(): readonly Problem[] {
    if (this.#more === 0) return this.#shown;
    const detail = `${this.#more} more problems are not listed; at most ${MOST_SHOWN} are.`;
    return [...this.#shown, { path: [], code: "more-problems", value: String(this.#more), detail }];
  }
}
