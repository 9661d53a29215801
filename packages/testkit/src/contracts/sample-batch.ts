import type { AccountSettings, BatchContent, IntentOptions, Lane, Provider } from "@purgeline/core";
import { sampleItems } from "./sample-items.ts";

export const NO_OPTIONS: IntentOptions = { strength: null, area: null, own: null };

/** A batch of `count` targets, or as many as the lane takes, with the options of an intent that has none. */
export function sampleBatch(
  provider: Provider,
  lane: Lane,
  count: number,
  settings: AccountSettings,
): BatchContent {
  const options = provider.options(lane, NO_OPTIONS, settings);
  if (!options.ok) throw new Error(`contract: the default options of ${lane} are refused`);
  const most = provider.table(settings).lanes[lane]?.batch.value ?? 1;
  return { lane, items: sampleItems(lane, Math.min(count, most)), options: options.value };
}
