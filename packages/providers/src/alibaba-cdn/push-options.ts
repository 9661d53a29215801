import { type OptionRules, plainFlagOption } from "../shared/alibaba/own-options.ts";
import { PREFETCH_OPTIONS } from "../shared/alibaba/prefetch-options.ts";

/**
 * The last two are parameters of the official SDK (QueryHashkey since 4.2.2, ConsistencyHash in CDN9)
 * that no page describes: who sets them has the words of the vendor's support, so they are passed on.
 */
export const PUSH_OPTIONS: OptionRules = {
  ...PREFETCH_OPTIONS,
  queryHashkey: plainFlagOption("QueryHashkey"),
  consistencyHash: plainFlagOption("ConsistencyHash"),
};
