import type { LegPlan, PlannedLane, PlannedTarget } from "../intent.ts";
import { type LaneLimits, type Limits, quotasOf, ROLLUP_PRODUCER } from "../limits.ts";
import type { CallOptions } from "../provider.ts";
import { type AccountState, remainingOf } from "../store-views.ts";
import type { CallName } from "../words.ts";
import { coveredTargets, placesOf } from "./cover.ts";
import { shareOf } from "./quota-days.ts";

/** URLs of a leg in whose place directories are purged. */
export interface RolledUp {
  readonly planned: PlannedLane;
  readonly urls: ReadonlySet<PlannedTarget>;
}

/** What of this lane of the leg would be rolled up, as the store does it where nothing else waits; null: nothing. */
export function rolledUp(
  planned: PlannedLane,
  leg: LegPlan,
  limits: Limits,
  state: Pick<AccountState, "quotas" | "lanes" | "calls">,
): RolledUp | null {
  const own = limits.lanes[planned.lane];
  const wider = own?.rollUp && limits.lanes[own.rollUp.into];
  if (own?.rollUp === undefined || wider === undefined) return null;
  const heldMs = (name: CallName): number => state.calls.find(({ call }) => call === name)?.heldUntilMs ?? 0;
  if (heldMs(wider.call) > heldMs(own.call)) return null;
  const { into, atLeast, directories } = own.rollUp;
  const asked = leg.lanes.find(({ lane }) => lane === into);
  const covered = coveredTargets(planned, own, (lane) => (lane === into ? widerOf(asked) : undefined));
  const inside = new Map<string, PlannedTarget[]>(directories.map((directory) => [directory, []]));
  for (const target of planned.targets.filter((each) => !covered.has(each)))
    for (const place of placesOf("directory", target.text)) inside.get(place)?.push(target);
  const waiting =
    (state.lanes.find(({ lane }) => lane === into)?.pending ?? 0) + (asked?.targets.length ?? 0);
  const spare = unitsFor(wider, planned.options, limits, state) - waiting;
  const enough = [...inside].flatMap(([text, urls]) => (urls.length < atLeast ? [] : [{ text, urls }]));
  // Where the day has no room for all of them the store begins with the fullest.
  enough.sort((a, b) => b.urls.length - a.urls.length || (a.text < b.text ? 1 : -1));
  const chosen = enough.slice(0, Math.max(0, spare));
  if (chosen.length === 0) return null;
  const targets = chosen.map(({ text, urls }) => ({ text, key: text, domain: urls[0]?.domain ?? "" }));
  return {
    planned: { lane: into, options: planned.options, targets },
    urls: new Set(chosen.flatMap(({ urls }) => urls)),
  };
}

function widerOf(asked: PlannedLane | undefined) {
  return asked && { options: asked.options, texts: new Set(asked.targets.map(({ text }) => text)) };
}

/** Directories that today has room for, beside what is kept for urgent work. */
function unitsFor(
  wider: LaneLimits,
  options: CallOptions,
  { reserveForUrgent }: Limits,
  { quotas }: Pick<AccountState, "quotas">,
): number {
  const classes = quotasOf(wider, options);
  const rooms = quotas
    .filter((quota) => classes.includes(quota.class))
    .map((quota) => Math.min(remainingOf(quota) - reserveForUrgent, shareOf(quota, ROLLUP_PRODUCER, "left")));
  return Math.floor(Math.min(...rooms, Number.POSITIVE_INFINITY) / wider.unitsPerTarget);
}
