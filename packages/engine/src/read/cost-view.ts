import { goesFirst, type JsonObject, type LaneState, type LegCost, type QuotaCost } from "@purgeline/core";
import type { Costed, CostedLeg } from "./cost-intent.ts";
import { rfc3339, rfc3339OrNull } from "./rfc3339.ts";

/** What the API tells about an intent that was not submitted. */
export function costView({ plan, legs, follower }: Extract<Costed, { kind: "costed" }>): JsonObject {
  const view = { op: plan.head.op, priority: plan.head.priority, accounts: legs.map(legView) };
  // biome-ignore lint/suspicious/noThenProperty: the contract's name, of an object
  return follower === null ? view : { ...view, then: { op: "prefetch", accounts: follower.map(legView) } };
}

function legView({ cost, state }: CostedLeg): JsonObject {
  const keys = cost.lanes.reduce((sum, lane) => sum + lane.keys, 0);
  return {
    account: cost.account,
    targets: cost.targets,
    duplicates: cost.duplicates,
    keys,
    absorbed: cost.lanes.reduce((sum, { absorbed }) => sum + absorbed, 0),
    calls: cost.lanes.reduce((sum, { calls }) => sum + calls, 0),
    lanes: cost.lanes.map((lane) => laneView(lane, state.lanes)),
    quotas: cost.quotas.map(quotaView),
    eta: rfc3339OrNull(cost.lastCallAtMs),
    paused: state.paused,
    stopped: state.stopped !== null,
  };
}

function laneView(
  { lane, call, keys, absorbed, calls }: LegCost["lanes"][number],
  states: readonly LaneState[],
): JsonObject {
  const ahead = goesFirst(states.find((state) => state.lane === lane));
  return { lane, call, keys, absorbed, calls, ahead };
}

function quotaView({ class: quota, units, before, after, later, resetsAtMs }: QuotaCost): JsonObject {
  return { quota, units, before, after, later, resetsAt: rfc3339(resetsAtMs) };
}
