import type { IntentOptions, Json, Lane, Problem } from "@purgeline/core";
import { badOption } from "./own-options.ts";

const AREAS: readonly string[] = ["domestic", "overseas"];

export interface NeutralOptions {
  readonly params: Readonly<Record<string, Json>>;
  readonly problems: readonly Problem[];
}

/**
 * `strength` and `area` as parameters. Force counts for everything but File: false lets a 304 of
 * the origin keep the old copy (soft), true does not (hard). We always send it where it counts, so
 * hard, the default, needs no option.
 */
export function neutralOptions(provider: string, lane: Lane, given: IntentOptions): NeutralOptions {
  const soft = given.strength === "soft";
  const softProblem =
    soft && !hasForce(lane) ? [badOption(["strength"], "soft", noSoft(provider, lane))] : [];
  const areaProblem = given.area === null ? null : whyNotArea(provider, lane, given.area);
  return {
    params: {
      ...(given.area === null ? {} : { Area: given.area }),
      ...(soft ? { Force: false } : {}),
    },
    problems: [...softProblem, ...(areaProblem === null ? [] : [areaProblem])],
  };
}

/** Lanes on which a purge may be soft. */
export function hasForce(lane: Lane): boolean {
  return lane === "purge-directory" || lane === "purge-pattern" || lane === "purge-ignore-params";
}

function noSoft(provider: string, lane: Lane): string {
  return `strength must be hard: ${provider} has no soft ${lane}.`;
}

function whyNotArea(provider: string, lane: Lane, area: string): Problem | null {
  if (lane !== "prefetch-url")
    return badOption(["area"], area, `${provider} takes an area for prefetch-url only, not for ${lane}.`);
  return AREAS.includes(area) ? null : badOption(["area"], area, `area must be one of ${AREAS.join(", ")}.`);
}
