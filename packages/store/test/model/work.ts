import type { Recorded, Slot, Verdict } from "@purgeline/core";
import { record, take } from "@purgeline/testkit/twin";
import { expect } from "vitest";
import { batchNumber } from "../../src/batch-id.ts";
import { POLL, seen } from "../steps.ts";
import { type Both, type Of, pass } from "./both.ts";
import type { ModelLane } from "./commands.ts";

/** One slot after another, until one of them sends or waits. */
export async function takeBoth(both: Both, lane: ModelLane): Promise<void> {
  for (let look = 0; look < 60; look += 1) {
    const slot = await both.real.slotFor(lane);
    if (slot === undefined) return await needsNoSlot(both, lane);
    const taken = await takeWith(both, slot, lane, null);
    if (taken === "sent" || taken === "waits") return;
  }
  throw new Error(`${lane} looks again and again`);
}

export async function redeliver(both: Both, which: number): Promise<void> {
  const [sealed] = both.sending.splice(which % both.sending.length, 1);
  if (sealed === undefined) return;
  const { slot, batch } = sealed;
  const held = await both.real.connection.hget("t:{ali}:held", slot.id);
  if (held === null) return;
  both.real.keep([slot]);
  if ((await both.real.slotFor(batch.lane)) !== slot) return;
  await takeWith(both, slot, batch.lane as ModelLane, batchNumber(batch.id));
}

async function takeWith(
  both: Both,
  slot: Slot,
  lane: ModelLane,
  held: number | null,
): Promise<"sent" | "waits" | "again"> {
  const taken = await both.real.view.work.take(slot);
  both.twin.elsewhere = {};
  const expected = take(both.twin, lane, held);
  expect(taken.moved.elsewhere).toEqual(both.twin.elsewhere);
  if (taken.kind === "end") {
    both.real.drop(slot);
    both.real.keep(taken.slots);
    if (expected.kind === "wait") await waitsAlready(both, lane, expected.until);
    else expect({ kind: taken.kind }).toEqual(expected);
    return "again";
  }
  if (taken.kind === "wait") {
    const { why, waitMs, pending, oldestAtMs } = taken;
    const { now } = both.twin;
    expect({ kind: "wait", why: why.reason, until: why.untilMs, pending, oldestAt: oldestAtMs }).toEqual({
      ...expected,
      ...(expected.kind === "wait" && expected.why === "order" ? { until: null } : {}),
    });
    if (expected.kind === "wait") expect(waitMs).toBe(Math.max(1, Math.min(expected.until - now, 30_000)));
    both.real.keep(taken.slots);
    if (waitMs > 1) return "waits";
    pass(both, 1);
    return "again";
  }
  if (taken.kind === "rolled") throw new Error("nothing may be rolled up here");
  const { batch } = taken;
  expect({
    kind: "batch",
    number: batchNumber(batch.id),
    items: batch.items,
    options: batch.options,
    attempt: batch.attempt,
    resend: batch.resend,
    ageMs: batch.ageMs,
    waitedMs: batch.waitedMs,
    sealedAt: batch.sealedAtMs,
    grantedAt: batch.grantedAtMs,
    sealed: taken.sealed,
    pending: taken.pending,
  }).toEqual(
    expected.kind === "batch"
      ? {
          ...expected,
          batch: undefined,
          number: expected.batch.number,
          items: expected.batch.items.map(({ text }) => text),
          options: JSON.parse(expected.batch.options),
          sealedAt: expected.batch.sealedAt,
        }
      : expected,
  );
  both.real.drop(slot);
  both.real.keep(taken.slots);
  both.sending.push({ slot, batch, next: taken.slots[0] });
  return "sent";
}

/** Another slot of the lane sleeps, and wakes in time. */
async function waitsAlready(both: Both, lane: ModelLane, until: number): Promise<void> {
  const [waiter, sleepsUntil] = await both.real.connection.hmget(`t:{ali}:lane:${lane}`, "waiter", "until");
  expect(waiter).not.toBeNull();
  expect(Number(sleepsUntil)).toBeLessThanOrEqual(until);
}

/** Work that may go has a slot, be it one that a process died with. */
async function needsNoSlot(both: Both, lane: ModelLane): Promise<void> {
  const expected = both.twin.lanes.get(lane);
  if (expected === undefined || expected.sending.size >= expected.limits.inFlight) return;
  if (expected.keys.size + expected.retry.size === 0) return;
  const now = both.twin.now;
  const live = await both.real.connection.zcount(`t:{ali}:lane:${lane}:slots`, now, "+inf");
  expect(live, `${lane} has work and no slot`).toBeGreaterThan(expected.sending.size);
}

export async function answerBoth(
  both: Both,
  { which, verdict: given, rejected, tasks }: Of<"answer">,
): Promise<void> {
  const [sealed] = both.sending.splice(which % both.sending.length, 1);
  if (sealed === undefined) return;
  const { slot, batch } = sealed;
  const refused = rejected
    .filter((index) => index < batch.items.length)
    .map((index) => ({ index, end: "failed" as const, code: "Bad", message: "" }));
  const named = Array.from({ length: tasks }, (_, i) => ({ call: POLL, id: `${batch.id}.${i}` }));
  const verdict: Verdict =
    given === "accept"
      ? { do: "accept", tasks: named, pollInMs: 1000, rejected: refused }
      : given === "finish"
        ? { do: "finish", rejected: refused }
        : given;
  const recorded = await both.real.view.work.record(slot, batch, verdict, seen);
  agree(both, recorded, record(both.twin, batchNumber(batch.id), batch.attempt, verdict));
}

export function agree(
  both: Both,
  recorded: Recorded,
  expected: { readonly applied: boolean; readonly totals: object },
): void {
  both.real.keep(recorded.slots);
  const { targets, elsewhere } = recorded.transitions;
  const { applied, totals } = expected;
  expect({ applied: recorded.applied, targets, elsewhere }).toEqual({
    applied,
    targets: totals,
    elsewhere: both.twin.elsewhere,
  });
}
