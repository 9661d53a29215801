import type { Cover, CoverRule } from "@purgeline/core";

/** A purge of a directory does what purges of URLs and directories in it ask for, as far as these parameters allow. */
export function underDirectory(options: Readonly<Record<string, CoverRule>>): {
  readonly coveredBy: readonly Cover[];
} {
  return { coveredBy: [{ lane: "purge-directory", reach: "directory", options }] };
}

/** A parameter whose one value makes the purge soft, which is less than a hard one. */
export function softBy(value: string): CoverRule {
  return { kind: "rank", absent: 1, words: { [value]: 0 } };
}
