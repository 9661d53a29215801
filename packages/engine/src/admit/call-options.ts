import { type CallOptions, type Lane, type Problem, stableJson } from "@purgeline/core";
import type { IntakeAccount } from "./intake-accounts.ts";
import type { Report } from "./json-shape.ts";
import type { OptionBlocks } from "./option-blocks.ts";

/** One account's lane that targets of the intent go to. */
export interface MatchedLane {
  readonly account: IntakeAccount;
  readonly lane: Lane;
}

/** The call options of every matched lane; reports what a provider will not take, and blocks that nobody takes. */
export function resolveOptions(
  matched: readonly MatchedLane[],
  given: OptionBlocks,
  report: Report,
): ReadonlyMap<MatchedLane, CallOptions> {
  const seen = new Set<string>();
  const once = (problem: Problem): void => {
    // Two lanes of one provider find the same fault.
    const text = stableJson([[...problem.path], problem.code, problem.detail]);
    if (!seen.has(text)) report(problem);
    seen.add(text);
  };
  for (const name of given.own.keys()) {
    if (matched.some(({ account }) => account.provider.name === name)) continue;
    const detail = `no target of this intent goes to ${name}`;
    once({ path: ["options", name], code: "option-unmatched", detail });
  }
  return new Map(
    matched.flatMap((one): [MatchedLane, CallOptions][] => {
      const { provider, account } = one.account;
      const own = given.own.get(provider.name) ?? null;
      const { strength, area } = given;
      const checked = provider.options(one.lane, { strength, area, own }, account.settings);
      if (checked.ok) return [[one, checked.value]];
      for (const problem of checked.problems) once({ ...problem, path: ["options", ...problem.path] });
      return [];
    }),
  );
}
