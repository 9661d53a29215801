import type { Slot } from "@purgeline/core";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { accept, counts, finish, rescue, seal, urls } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

describe("sweep and renew", () => {
  it("hand out again the slots whose job nobody has seen, until it runs", async () => {
    store = await bundle();
    const minted = await store.stage("int_1", urls(1));
    expect((await store.work.sweep("ali")).slots).toEqual([]);
    const later = store.later(1500);
    expect((await later.work.sweep("ali")).slots).toEqual(minted);
    await store.intake.pause("ali");
    await store.work.take(minted[0] as Slot);
    expect((await store.later(9000).work.sweep("ali")).slots).toEqual([]);
  });

  it("keep the slots whose job is alive, and replace those whose job is lost", async () => {
    store = await bundle();
    const [slot] = await store.stage("int_1", urls(1));
    const later = store.later(21_000);
    const { lapsed } = await later.work.sweep("ali");
    expect(lapsed).toEqual([slot]);
    expect(await later.work.renew("ali", lapsed, [])).toEqual([]);
    expect((await seal(later, slot)).batch.items).toEqual(urls(1));
  });

  it("find work behind which no slot stands at all", async () => {
    store = await bundle();
    await store.stage("int_1", urls(1));
    await store.connection.del("t:{ali}:lane:purge-url:slots", "t:{ali}:unacked");
    const [slot] = (await store.work.sweep("ali")).slots;
    expect((await seal(store, slot)).batch.items).toEqual(urls(1));
  });
});

type Step =
  | "stage"
  | "urgent"
  | "take"
  | "finish"
  | "accept"
  | "retry"
  | "split"
  | "cancel"
  | "pause"
  | "resume";
const steps: readonly Step[] = [
  "stage",
  "urgent",
  "take",
  "finish",
  "accept",
  "retry",
  "split",
  "cancel",
  "pause",
  "resume",
];

/** Carries steps out as a worker would, with the slots that it was given. */
async function carryOut(all: readonly Step[]): Promise<void> {
  const slots: Slot[] = [];
  const sealed: Awaited<ReturnType<typeof seal>>[] = [];
  const answer = async (how: "finish" | "accept" | "retry" | "split"): Promise<void> => {
    const next = sealed.shift();
    if (next === undefined) return;
    if (how === "finish") slots.push(...(await finish(store, next)).slots);
    else if (how === "accept") slots.push(...(await accept(store, next)).slots);
    else {
      const seen = { call: "RefreshObjectCaches", providerDateMs: null, error: null };
      const verdict =
        how === "retry"
          ? ({ do: "retry", inMs: 500, resend: "ambiguous", hold: null } as const)
          : ({ do: "split", code: "Bad", message: "" } as const);
      slots.push(...(await store.work.record(next.slot, next.batch, verdict, seen)).slots);
    }
  };
  for (const [i, step] of all.entries()) {
    if (step === "stage" || step === "urgent") {
      const priority = step === "urgent" ? "urgent" : "normal";
      slots.push(...(await store.stage(`int_${i}`, urls(5, `h${i % 3}.example.com`), { priority })));
    } else if (step === "take") {
      const slot = slots.shift();
      if (slot?.kind.for !== "submit") continue;
      const taken = await store.work.take(slot);
      if (taken.kind === "batch") {
        sealed.push({ slot, batch: taken.batch, next: taken.slots[0] });
        slots.push(...taken.slots);
      }
    } else if (step === "cancel") await store.intake.cancel(`int_${i - 1}`);
    else if (step === "pause") await store.intake.pause("ali");
    else if (step === "resume") slots.push(...(await store.intake.resume("ali")));
    else await answer(step);
  }
}

it("whatever came before, losing every job leaves no target waiting for ever", async () => {
  const limits = limitsWith({ batch: 4, inFlight: 3 });
  store = await bundle({ limits });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...steps), { minLength: 3, maxLength: 25 }), async (all) => {
      await store.connection.flushall();
      await store.work.publish("ali", limits, { atMs: 1, digest: "one" });
      await carryOut(all);
      await store.intake.resume("ali");
      // All leases and attempts have run out; every job is lost, again and again.
      for (let at = 40_000; ; at += 40_000) {
        const then = store.later(at);
        const slots = await rescue(then);
        if (slots.length === 0) break;
        expect(at).toBeLessThan(4_000_000);
        for (const slot of slots) {
          if (slot.kind.for === "poll") {
            const claimed = await then.work.claimPolls(slot, 10);
            const rest = { end: "unconfirmed", code: "gone", message: "" } as const;
            const seen = { call: slot.kind.call, providerDateMs: null, error: null };
            for (const task of claimed.kind === "tasks" ? claimed.tasks : [])
              await then.work.settle("ali", { task, size: 0, ended: [], next: [], rest, seen });
            continue;
          }
          const taken = await then.work.take(slot);
          if (taken.kind === "batch") await finish(then, { slot, batch: taken.batch, next: undefined });
        }
      }
      for (const [i, step] of all.entries()) {
        if (step !== "stage" && step !== "urgent") continue;
        const { pending, sealed, submitted } = await counts(store, `int_${i}`);
        expect({ pending, sealed, submitted }).toEqual({ pending: 0, sealed: 0, submitted: 0 });
      }
    }),
    { numRuns: 40 },
  );
});
