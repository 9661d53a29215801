import type { CallOptions, Checked, IntentOptions, Lane } from "@purgeline/core";
import { neutralOptions } from "../shared/alibaba/neutral-options.ts";
import { ownOptions } from "../shared/alibaba/own-options.ts";
import { PUSH_OPTIONS } from "./push-options.ts";

export function cdnOptions(lane: Lane, given: IntentOptions): Checked<CallOptions> {
  const neutral = neutralOptions("alibaba-cdn", lane, given);
  const own = ownOptions("alibaba-cdn", lane, given.own, lane === "prefetch-url" ? PUSH_OPTIONS : {});
  const problems = [...neutral.problems, ...own.problems];
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: { ...neutral.params, ...own.params } };
}
