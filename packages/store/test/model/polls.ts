import { claimPolls, putOff, settle, tellQuota } from "@purgeline/testkit/twin";
import { expect } from "vitest";
import { batchNumber } from "../../src/batch-id.ts";
import { POLL, polled, seen } from "../steps.ts";
import type { Both, Of } from "./both.ts";
import { agree } from "./work.ts";

export async function claimBoth(both: Both, most: number): Promise<void> {
  for (let look = 0; look < 60; look += 1) {
    const slot = await both.real.slotFor(POLL);
    if (slot === undefined) return;
    const claimed = await both.real.view.work.claimPolls(slot, most);
    const expected = claimPolls(both.twin, POLL, most);
    if (claimed.kind === "end") {
      both.real.drop(slot);
      continue;
    }
    if (claimed.kind === "wait") {
      const ms = expected.kind === "wait" ? expected.until - both.twin.now : null;
      expect(claimed.waitMs).toBe(Math.max(1, Math.min(ms ?? 0, 30_000)));
      return;
    }
    if (claimed.kind === "lookups") throw new Error("the walk's lane has no list of tasks");
    const refs = expected.kind === "tasks" ? expected.tasks : [];
    expect(claimed.tasks.map(({ ref, isFirst, acceptedAgeMs }) => [ref, isFirst, acceptedAgeMs])).toEqual(
      refs.map(({ ref, isFirst, batch }) => [ref, isFirst, both.twin.now - (batch.acceptedAt ?? 0)]),
    );
    both.asked.push(...claimed.tasks);
    both.real.drop(slot);
    return both.real.keep(claimed.slots);
  }
  throw new Error("queries look again and again");
}

export async function settleBoth(
  both: Both,
  { which, of, end, next, rest, isReplayed }: Of<"settle">,
): Promise<void> {
  const [task] = both.asked.splice(which % both.asked.length, 1);
  if (task === undefined) return;
  const size = both.twin.byNumber.get(batchNumber(task.batch))?.items.length ?? 0;
  const told = of.filter((index) => index < size);
  const answer = {
    task,
    size,
    ended: told.map((index) => ({ index, end, code: "x", message: "" })),
    next: next === 0 ? [] : [{ task: task.task, inMs: 2000 }],
    rest: rest === null ? null : { end: rest, code: "gone", message: "" },
    againMs: 4000,
    seen: polled,
  };
  for (const _ of isReplayed ? [1, 2] : [1]) {
    both.twin.elsewhere = {};
    const recorded = await both.real.view.work.settle("ali", answer);
    agree(both, recorded, settle(both.twin, answer));
  }
}

export async function putOffBoth(both: Both, { which, hold }: Of<"putOff">): Promise<void> {
  const [task] = both.asked.splice(which % both.asked.length, 1);
  if (task === undefined) return;
  await both.real.view.work.putOff("ali", [task], 6000, hold, polled);
  putOff(both.twin, POLL, [task.ref], 6000, hold);
}

export async function tellBoth(
  both: Both,
  { class: name, limit, remaining, batch }: Of<"tell">,
): Promise<void> {
  const figures = [{ class: name, limit, remaining, batch: batch === 0 ? null : batch }];
  const asked = { ...seen, call: "Ask" };
  both.real.keep(
    await both.real.view.work.settleQuota("ali", { figures, hold: null, seen: asked, isLast: true }),
  );
  tellQuota(both.twin, "Ask", figures);
}
