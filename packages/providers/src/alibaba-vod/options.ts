import type { CallOptions, Checked, IntentOptions, Lane, Problem } from "@purgeline/core";
import { neutralOptions } from "../shared/alibaba/neutral-options.ts";
import { badOption, type OptionRules, ownOptions } from "../shared/alibaba/own-options.ts";
import { PREFETCH_OPTIONS } from "../shared/alibaba/prefetch-options.ts";
import { MEDIA_OPTIONS } from "./media-options.ts";

const NAME = "alibaba-vod";

export function vodOptions(lane: Lane, given: IntentOptions): Checked<CallOptions> {
  const neutral = neutralOptions(NAME, lane, given);
  const own = ownOptions(NAME, lane, given.own, rulesOf(lane));
  const problems = [...neutral.problems, ...own.problems, ...sliceProblems(lane, given)];
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: { ...neutral.params, ...own.params } };
}

function rulesOf(lane: Lane): OptionRules {
  if (lane === "prefetch-url") return PREFETCH_OPTIONS;
  return lane === "purge-media" || lane === "prefetch-media" ? MEDIA_OPTIONS : {};
}

/** SliceCount counts slices that only SliceFlag selects: alone it would do nothing, silently. */
function sliceProblems(lane: Lane, { own }: IntentOptions): readonly Problem[] {
  const count = rulesOf(lane) === MEDIA_OPTIONS ? own?.sliceCount : undefined;
  if (count === undefined || own?.sliceFlag === true) return [];
  return [badOption([NAME, "sliceCount"], count, "sliceCount needs sliceFlag: true.")];
}
