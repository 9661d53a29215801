import { afterEach, beforeEach, expect, it } from "vitest";
import type { View } from "./bundle.ts";
import { ambiguous, type LookupBench, lookupBench } from "./lookup-steps.ts";
import { accept, finish, keys, record, urls } from "./steps.ts";

const RESEND_AFTER_MS = 3000;
/** A moment later, whatever the machine's speed. */
const RESTED_MS = RESEND_AFTER_MS + 500;
const ONE = urls(1);
const SOFT = { options: { FlushType: "flush" } };
const ABROAD = { options: { Area: "abroad" } };

/** The list names no ids, and has one beside it for calls with `Area: abroad`. */
let bench: LookupBench;
let store: LookupBench["store"];
let box: LookupBench["box"];
beforeEach(async () => {
  bench = await lookupBench({ resendAfterMs: RESEND_AFTER_MS }, { withoutIds: true });
  ({ store, box } = bench);
});
afterEach(() => store.close());

async function waitsFor(view: View = store): Promise<string> {
  const taken = await box.take(view);
  return taken.kind === "wait" ? taken.why.reason : taken.kind;
}

it.each([
  ["soft after hard", {}, SOFT],
  ["hard after soft", SOFT, {}],
])("a key rests whatever its options where the list names no ids: %s", async (_, before, after) => {
  await box.stage("int_1", ONE, before);
  const first = await bench.sealed();
  await box.stage("int_2", ONE, after);
  expect(await waitsFor()).toBe("rate");
  await box.answer(accept(store.later(15_000), first));
  expect(await waitsFor(store.later(15_000 + RESEND_AFTER_MS - 500))).toBe("rate");
  const then = store.later(15_000 + RESTED_MS);
  const again = await bench.sealed(then);
  expect(again.batch).toMatchObject({ items: ONE, options: {}, ...after });
  await box.answer(finish(then, again));
  await store.later(60_000).work.sweep("ali");
  expect((await keys(store)).filter((key) => /:(out|resting|behind|keys)$/.test(key))).toEqual([]);
});

it("a key of a batch that was split, and whose parts' answers were lost, holds up other options, too", async () => {
  await box.stage("int_1", urls(2), SOFT);
  await box.answer(record(store, await bench.sealed(), { do: "split", code: "Poison", message: "" }));
  await box.stage("int_2", urls(2));
  const parts = [await bench.sealed(), await bench.sealed()];
  expect(parts.map(({ batch }) => batch.options)).toEqual([SOFT.options, SOFT.options]);
  for (const part of parts) await box.answer(record(store, part, ambiguous));
  expect(await waitsFor(store.later(2000))).toBe("rate");
});

it("a key does not wait for what another list tells", async () => {
  await box.stage("int_1", ONE);
  await bench.sealed();
  await box.stage("int_2", ONE, ABROAD);
  expect((await bench.sealed()).batch.options).toEqual(ABROAD.options);
  await box.stage("int_3", ONE, ABROAD);
  expect(await waitsFor()).toBe("rate");
});

it("a key does not wait for a batch that an older program has let go of", async () => {
  await box.stage("int_1", ONE, SOFT);
  await box.answer(accept(store, await bench.sealed()));
  // It finds the batch at rest, and no key of its options in `out`.
  await store.connection.del("t:{ali}:lane:purge-url:resting");
  await box.stage("int_2", ONE);
  expect((await bench.sealed()).batch).toMatchObject({ items: ONE, options: {} });
});
