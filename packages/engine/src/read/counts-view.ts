import { type JsonObject, type StateCounts, totalOf } from "@purgeline/core";

/** Counts as the API shows them: distinct target × account pairs, the states add up to `total`. */
export function countsView(counts: StateCounts, duplicates: number): JsonObject {
  return { total: totalOf(counts), duplicates, ...counts };
}
