import type { Slot } from "@purgeline/core";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, CALL, limitsWith } from "./bundle.ts";
import { SUBMIT, seal, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

/** The slots that the first call of a backlog leaves; a call takes two targets. */
async function afterFirst(targets: number, perSecond: number): Promise<readonly Slot[]> {
  const limits = limitsWith({ batch: 2 });
  const calls = { ...limits.calls, [SUBMIT]: { ...CALL, perSecond } };
  store = await bundle({ limits: { ...limits, calls } });
  const [first] = await store.stage("int_1", urls(targets));
  const taken = first && (await store.work.take(first));
  if (taken?.kind !== "batch") throw new Error("no batch was taken");
  return taken.slots;
}

it("six slots at most are on their way to workers, as long as so many calls could be sent", async () => {
  const slots = await afterFirst(40, 50);
  expect(slots).toHaveLength(6);
  for (const slot of slots) expect((await seal(store, slot)).next).toBeDefined();
});

it.each([
  ["two full batches wait", 6, 50, 2],
  ["less than a full batch waits", 3, 50, 1],
  ["two more calls have permits", 20, 3, 2],
  ["the next call has to wait for its permit", 20, 1, 1],
])("no more than could be sent where %s", async (_, targets, perSecond, count) => {
  expect(await afterFirst(targets, perSecond)).toHaveLength(count);
});

it("of several slots one waits for the gate, and the others end", async () => {
  const [waiter, ...others] = await afterFirst(20, 4);
  for (let i = 0; i < 3; i += 1) await store.work.permit("ali", SUBMIT, null);
  expect(await waits(store, waiter)).toMatchObject({ why: { reason: "rate" } });
  for (const slot of others) expect(await store.work.take(slot)).toMatchObject({ kind: "end" });
  expect(others).toHaveLength(2);
});

it("whoever is woken is replaced, though others are on their way", async () => {
  const [waiter] = await afterFirst(20, 4);
  for (let i = 0; i < 3; i += 1) await store.work.permit("ali", SUBMIT, null);
  await waits(store, waiter);
  expect(await store.intake.resume("ali")).toHaveLength(1);
});
