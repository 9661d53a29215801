import type { LegPlan, Staged } from "@purgeline/core";
import { cancel, retry, stage, staged, sweep } from "@purgeline/testkit/twin";
import { expect } from "vitest";
import { headOf, legOf } from "../bundle.ts";
import { type Both, type Of, pass } from "./both.ts";
import type { Plan } from "./real.ts";

export async function stageBoth(
  both: Both,
  { lane, texts, isFollowed, options, urgent, producer, inMs, isCut }: Of<"stage">,
): Promise<void> {
  const id = `int_${both.plans.size}`;
  const notBeforeMs = inMs === null ? null : both.twin.now + inMs;
  const how = { lane, priority: urgent ? "urgent" : "normal", createdBy: producer, notBeforeMs } as const;
  const given = lane === "purge-url" ? options : {};
  const leg = legOf(texts, { ...how, options: given });
  const plans = [{ head: headOf(id, { ...how, op: lane === "prefetch-url" ? "prefetch" : "purge" }), leg }];
  if (isFollowed) {
    const head = { ...headOf(`${id}_then`, { ...how, op: "prefetch" }), afterIntent: id };
    plans.push({ head, leg: legOf(texts, { ...how, lane: "prefetch-url" }) });
  }
  for (const plan of plans) if (!(await admit(both, plan))) return;
  if (!isCut) for (const { head } of plans) await saidStaged(both, head.id);
}

/** False: refused. */
async function admit(both: Both, plan: Plan): Promise<boolean> {
  const { head, leg } = plan;
  const told: Staged = await both.real.view.intake.stage(head, leg, { body: head.id });
  const expected = stage(both.twin, head, leg);
  if (told.kind === "backlog") {
    expect(told).toEqual(expected);
    return false;
  }
  const { kind, createdAtMs, merged, slots } = told;
  expect({ kind, createdAt: createdAtMs, merged: merged[laneOf(leg)] }).toEqual(expected);
  both.real.keep(slots);
  both.plans.set(head.id, plan);
  return true;
}

async function saidStaged(both: Both, id: string): Promise<void> {
  await both.real.view.intake.staged("ali", id);
  staged(both.twin, id);
}

/** Time passes, and a worker's rescue runs. */
export async function tickBoth(both: Both, ms: number): Promise<void> {
  pass(both, ms);
  const swept = await both.real.view.work.sweep("ali");
  const expected = sweep(both.twin);
  const unstaged = swept.unstaged.map(({ intentId }) => intentId);
  expect({ resent: swept.resent, unstaged: [...unstaged].sort() }).toEqual({
    resent: expected.resent,
    unstaged: expected.unstaged.map(({ id }) => id).sort(),
  });
  both.real.keep(swept.slots);
  await both.real.renew(swept.lapsed);
  for (const id of unstaged) {
    const plan = both.plans.get(id);
    if (plan === undefined) throw new Error(`${id} was never staged`);
    await admit(both, plan);
    await saidStaged(both, id);
  }
}

export async function changeBoth(both: Both, what: "cancel" | "retry", id: string): Promise<void> {
  const { targets, slots } = await both.real.view.intake[what](id);
  expect(targets).toBe({ cancel, retry }[what](both.twin, id));
  both.real.keep(slots);
}

function laneOf(leg: LegPlan): LegPlan["lanes"][number]["lane"] {
  const [plan] = leg.lanes;
  if (plan === undefined) throw new Error("a leg has a lane");
  return plan.lane;
}
