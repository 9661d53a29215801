import type { Problem } from "@purgeline/core";

export type Path = Problem["path"];

/** A problem of the configuration, with the place in the file where there is one. */
export interface ConfigProblem extends Problem {
  /** Both count from 1. */
  readonly at: { readonly line: number; readonly column: number } | null;
}

/** What a rule has found; the value and the place in the file are looked up later, in one place (place.ts). */
export interface Finding {
  readonly path: Path;
  readonly code: string;
  readonly detail: string;
}

/** Where rules leave their findings, and what they may know about those of the steps before. */
export interface Findings {
  problem(path: Path, code: string, detail: string): void;
  warning(path: Path, code: string, detail: string): void;
  /** Has something at this path, or below it, been found wrong already? */
  isBad(path: Path): boolean;
}

/** Does `path` start with `head`, or equal it? */
export function isWithin(path: Path, head: Path): boolean {
  return head.length <= path.length && head.every((key, index) => key === path[index]);
}

/**
 * Collects what the rules find. The rules see a file from which the bad values were
 * taken out, so some of what they miss is only missing for that reason: a finding
 * at or below a bad path is dropped, and so is "required" above one.
 */
export function collectFindings(bad: readonly Path[]): Findings & {
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
} {
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  const isBad = (path: Path): boolean => bad.some((each) => isWithin(each, path));
  const isConsequence = (path: Path, code: string): boolean =>
    bad.some((each) => isWithin(path, each)) || (code === "required" && isBad(path));
  return {
    problems,
    warnings,
    isBad,
    problem: (path, code, detail) => {
      if (!isConsequence(path, code)) problems.push({ path, code, detail });
    },
    warning: (path, code, detail) => {
      if (!isConsequence(path, code)) warnings.push({ path, code, detail });
    },
  };
}
