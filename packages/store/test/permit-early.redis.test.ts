import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, CALL, limitsWith } from "./bundle.ts";
import { SUBMIT, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const EARLY_MS = 20;
/** A second and the gate's margin. */
const DUE_MS = 1025;

/** The slot of an account whose only permit of a second has been used. */
async function used() {
  const limits = limitsWith({ batch: 1 });
  store = await bundle({
    limits: { ...limits, calls: { ...limits.calls, [SUBMIT]: { ...CALL, perSecond: 1 } } },
  });
  const [first] = await store.stage("int_1", urls(5));
  const taken = first && (await store.work.take(first));
  const slot = taken?.kind === "batch" ? taken.slots[0] : undefined;
  if (taken?.kind !== "batch" || slot === undefined) throw new Error("no batch was taken");
  return { slot, dueAt: taken.batch.grantedAtMs + DUE_MS };
}

it("a batch is taken as early before its permit begins as was asked for, and not earlier", async () => {
  const { slot, dueAt } = await used();
  const tooEarly = await store.later(DUE_MS - EARLY_MS - 7).work.take(slot, 10, EARLY_MS);
  expect(tooEarly).toMatchObject({ kind: "wait", waitMs: 7, why: { reason: "rate" } });
  const taken = await store.later(DUE_MS - EARLY_MS).work.take(slot, 10, EARLY_MS);
  // Its clock stands still while a test's script runs.
  const batch = { grantedAtMs: dueAt, leadMs: EARLY_MS, holdMs: EARLY_MS };
  expect(taken).toMatchObject({ kind: "batch", batch });
});

it("the next window counts from when the permit began", async () => {
  const { slot, dueAt } = await used();
  const early = await store.later(DUE_MS - 5).work.take(slot, 10, EARLY_MS);
  const next = early.kind === "batch" ? early.slots[0] : undefined;
  if (next === undefined) throw new Error("no slot was minted");
  const waits = await store.later(DUE_MS).work.take(next);
  expect(waits).toMatchObject({ kind: "wait", why: { reason: "rate" } });
  const taken = await store.later(2 * DUE_MS).work.take(next);
  expect(taken).toMatchObject({ batch: { grantedAtMs: dueAt + DUE_MS, leadMs: 0, holdMs: 0 } });
});

it("the permit of a slow process, booked as late as its bytes may leave, is forgotten by nobody", async () => {
  const { slot } = await used();
  const early = await store.later(DUE_MS - EARLY_MS).work.take(slot, 1000, EARLY_MS);
  const next = early.kind === "batch" ? early.slots[0] : undefined;
  if (next === undefined) throw new Error("no slot was minted");
  for (const atMs of [DUE_MS - EARLY_MS, DUE_MS, 2 * DUE_MS + 980])
    expect(await store.later(atMs).work.take(next)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
  const taken = await store.later(2 * DUE_MS + 990).work.take(next);
  expect(taken).toMatchObject({ kind: "batch" });
});

it("nobody who has not asked for it gets a permit before its time", async () => {
  const { slot } = await used();
  const waits = await store.later(DUE_MS - 1).work.take(slot);
  expect(waits).toMatchObject({ kind: "wait", waitMs: 1 });
});
