import type { Recorded, Verdict } from "@purgeline/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, CALL, limitsWith, type Settings, type View } from "./bundle.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { accept, counts, finish, keys, record, retryAtOnce, type Sealed, urls, waits } from "./steps.ts";

const RESEND_AFTER_MS = 3000;
/** A moment later, whatever the machine's speed. */
const RESTED_MS = RESEND_AFTER_MS + 500;
const ONE = urls(1);
const SPACED = limitsWith({ resendAfterMs: RESEND_AFTER_MS });

let store: Bundle;
let box: SlotBox;
async function open(limits: NonNullable<Settings["limits"]>): Promise<void> {
  store = await bundle({ limits });
  box = slotBox(store);
}
beforeEach(() => open(SPACED));
afterEach(() => store.close());

/** What the next take comes to: items, a reason to wait, or the end. */
async function sent(view: View = store): Promise<readonly string[] | string> {
  const taken = await box.take(view);
  if (taken.kind === "batch") return taken.sealed.batch.items;
  return taken.kind === "wait" ? taken.why.reason : taken.kind;
}

async function sealed(view: View = store): Promise<Sealed> {
  const taken = await box.take(view);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  return taken.sealed;
}

async function sealedOnce(): Promise<Sealed> {
  await box.stage("int_1", ONE);
  return await sealed();
}

const refused: Verdict = { do: "end", end: "failed", code: "Bad", message: "", refund: true };
const ambiguous: Verdict = { do: "retry", inMs: 3000, resend: "ambiguous", hold: null };

describe("a key that is staged again while its batch is under way", () => {
  const answers: readonly (readonly [string, (view: View, sealed: Sealed) => Promise<Recorded>])[] = [
    ["is done at once", finish],
    ["is accepted", (view, batch) => accept(view, batch)],
    ["is refused", (view, batch) => record(view, batch, refused)],
  ];
  it.each(answers)("goes once, when the batch %s and the lane's time has passed", async (_, answer) => {
    const first = await sealedOnce();
    await box.stage("int_2", ONE);
    expect(await sent()).toBe("rate");
    expect(await sent(store.later(15_000))).toBe("rate");
    await box.answer(answer(store.later(15_000), first));
    expect(await sent(store.later(15_000 + RESEND_AFTER_MS - 500))).toBe("rate");
    const then = store.later(15_000 + RESTED_MS);
    const again = await sealed(then);
    expect(again.batch.items).toEqual(ONE);
    expect(await counts(store, "int_2")).toMatchObject({ pending: 0, sealed: 1 });
    await box.answer(finish(then, again));
    expect(await counts(store, "int_2")).toMatchObject({ confirmed: 1 });
    expect(await sent(store.later(60_000))).toBe("end");
  });

  const setbacks: readonly (readonly [string, Verdict])[] = [
    ["is put off", retryAtOnce],
    ["has an unknown outcome", ambiguous],
    ["is split", { do: "split", code: "Poison", message: "" }],
  ];
  it.each(setbacks)("waits on while the batch %s, until that is resolved", async (_, setback) => {
    const two = urls(2);
    await box.stage("int_1", two);
    const first = await sealed();
    await box.stage("int_2", two);
    expect(await sent()).toBe("rate");
    await box.answer(record(store, first, setback));
    const then = store.later(4000);
    const again: Sealed[] = [];
    while (again.flatMap(({ batch }) => batch.items).length < 2) again.push(await sealed(then));
    expect(again.flatMap(({ batch }) => batch.items)).toEqual(two);
    expect(again.map(({ batch }) => batch.attempt)).toEqual(again.map(() => 2));
    expect(await sent(store.later(4000 + RESTED_MS))).toBe("rate");
    for (const part of again) await box.answer(finish(then, part));
    expect(await sent(then)).toBe("rate");
    expect(await sent(store.later(4000 + RESTED_MS))).toEqual(two);
  });

  it("waits for the second sending of a batch whose worker died", async () => {
    const first = await sealedOnce();
    await box.stage("int_2", ONE);
    expect(await sent()).toBe("rate");
    const then = store.later(31_000);
    await box.rescue(then);
    const again = await sealed(then);
    expect(again.batch).toMatchObject({ id: first.batch.id, attempt: 2, resend: "crash" });
    expect(await sent(then)).toBe("rate");
    await box.answer(finish(then, again));
    expect(await sent(store.later(31_000 + RESTED_MS))).toEqual(ONE);
  });

  it("does not make the second sending wait for whoever sleeps until the answer", async () => {
    await sealedOnce();
    await box.stage("int_2", ONE);
    // Sleeps until the attempt's deadline, and is alive when that has passed.
    expect(await sent(store.later(25_000))).toBe("rate");
    const then = store.later(31_000);
    expect((await then.work.sweep("ali")).slots).toHaveLength(1);
  });

  it("is told to its receipt and to its account: the rate, and until when", async () => {
    const first = await sealedOnce();
    await box.stage("int_2", ONE);
    await box.answer(finish(store, first));
    expect(await sent()).toBe("rate");
    const [leg] = await store.intake.legs("int_2");
    const why = { reason: "rate", untilMs: store.nowMs + RESEND_AFTER_MS };
    expect(leg?.waiting).toMatchObject([{ lane: "purge-url", targets: 1, why }]);
    const [account] = await store.intake.accounts();
    expect(account?.lanes[0]).toMatchObject({ pending: 1, waiting: { reason: "rate" } });
  });
});

const anyAnswer: readonly (readonly [string, Verdict])[] = [
  ["a success", { do: "finish", rejected: [] }],
  ["a refusal", refused],
  ["put off", retryAtOnce],
  ["none", ambiguous],
  ["a split", { do: "split", code: "Poison", message: "" }],
];
it.each(anyAnswer)(
  "whoever sleeps until a batch is answered is replaced when that is %s",
  async (_, verdict) => {
    const first = await sealedOnce();
    await box.stage("int_2", ONE);
    expect(await sent()).toBe("rate");
    const { slots } = await record(store, first, verdict);
    expect(slots.map(({ kind }) => kind.for)).toEqual(["submit"]);
  },
);

it("a sending by the same slot after its worker died comes no sooner than another sending of its keys", async () => {
  const first = await sealedOnce();
  expect((await waits(store, first.slot)).waitMs).toBeGreaterThan(RESEND_AFTER_MS - 1000);
  const again = await store.later(RESTED_MS).take(first.slot);
  expect(again).toMatchObject({ id: first.batch.id, resend: "crash" });
});

describe("a key that waits behind its batch", () => {
  it("holds up nothing else, and costs no permit", async () => {
    await store.close();
    await open({
      ...SPACED,
      calls: { ...SPACED.calls, RefreshObjectCaches: { ...CALL, perSecond: null, perMinute: 2 } },
    });
    await sealedOnce();
    await box.stage("int_2", ONE);
    expect(await sent()).toBe("rate");
    await box.stage("int_3", urls(3));
    expect(await sent()).toEqual(urls(2, "a.example.com", 1));
  });

  it("merges with whoever asks for it, and takes the urgent class of the last one", async () => {
    const first = await sealedOnce();
    await box.stage("int_2", ONE);
    expect(await sent()).toBe("rate");
    await box.stage("int_3", ONE, { priority: "urgent" });
    await box.stage("int_4", urls(2000, "b.example.com"));
    expect(await sent()).toEqual(urls(1000, "b.example.com"));
    await box.answer(finish(store, first));
    const then = store.later(RESTED_MS);
    const again = await sealed(then);
    expect(again.batch.items[0]).toBe(ONE[0]);
    await box.answer(finish(then, again));
    for (const id of ["int_2", "int_3"]) expect(await counts(store, id)).toMatchObject({ confirmed: 1 });
  });

  it("goes with its last interest, and nothing of it is left", async () => {
    const first = await sealedOnce();
    await box.stage("int_2", ONE);
    expect(await sent()).toBe("rate");
    expect(await keys(store, "t:{ali}:lane:*:behind*")).toEqual([
      "lane:purge-url:behind",
      "lane:purge-url:behind:1",
    ]);
    expect((await store.intake.cancel("int_2")).targets).toBe(1);
    expect(await keys(store, "t:{ali}:lane:*:behind*")).toEqual([]);
    await box.answer(finish(store, first));
    await store.later(RESTED_MS).work.sweep("ali");
    expect((await keys(store)).filter((key) => /:(out|resting|behind|keys|q|ring)\b/.test(key))).toEqual([]);
    expect(await store.connection.hexists("t:{ali}:batch:1", "keys")).toBe(0);
    expect(await sent(store.later(RESTED_MS))).toBe("end");
  });

  it("is passed over where a FIFO still holds the digest of its earlier life", async () => {
    await box.stage("int_0", urls(1, "z.example.com"));
    await box.stage("int_1", ONE);
    // Its urgent digest goes; the normal one stays in its FIFO.
    await box.stage("int_2", ONE, { priority: "urgent" });
    expect(await sent()).toContain(ONE[0]);
    await box.stage("int_3", ONE);
    await box.stage("int_4", urls(1, "y.example.com"));
    expect(await sent()).not.toContain(ONE[0]);
  });

  it("lends an urgent intent's class to a batch that waits for the quota", async () => {
    await store.close();
    await open({ ...limitsWith({ resendAfterMs: RESEND_AFTER_MS }, 3), reserveForUrgent: 2 });
    const first = await sealedOnce();
    await box.answer(record(store, first, { ...ambiguous, inMs: 0 }));
    expect(await sent()).toBe("quota");
    await box.stage("int_2", ONE, { priority: "urgent" });
    expect(await sent()).toEqual(ONE);
    expect(await sent()).toBe("rate");
  });

  it("does not make up a full batch: other work keeps its quiet time", async () => {
    await store.close();
    store = await bundle({
      limits: limitsWith({ resendAfterMs: RESEND_AFTER_MS, batch: 3 }),
      coalesce: { quietMs: 10_000, maxWaitMs: 20_000 },
    });
    box = slotBox(store);
    await box.stage("int_1", urls(3));
    await sealed();
    await box.stage("int_2", urls(3));
    expect(await sent()).toBe("rate");
    await box.stage("int_3", urls(1, "b.example.com"));
    expect(await sent()).toBe("quiet");
  });

  it("returns to the front of its FIFO, in its order", async () => {
    await box.stage("int_1", urls(1000));
    const first = await sealed();
    await box.stage("int_2", urls(1000));
    await box.stage("int_3", urls(1500, "a.example.com", 1000));
    expect(await sent()).toEqual(urls(1000, "a.example.com", 1000));
    await box.answer(finish(store, first));
    expect(await sent(store.later(RESTED_MS))).toEqual(urls(1000));
  });

  it("does not hold up the same text in another lane, or with other options", async () => {
    await sealedOnce();
    await box.stage("int_2", ONE, { options: { force: true } });
    expect(await sent()).toEqual(ONE);
    const [slot] = await store.stage("int_3", ONE, { lane: "purge-directory" });
    expect((await store.take(slot)).items).toEqual(ONE);
  });
});

it("a lane without a time between two sendings keeps nothing back, and nothing of its keys", async () => {
  await store.close();
  await open(limitsWith({ resendAfterMs: 0 }));
  await sealedOnce();
  await box.stage("int_2", ONE);
  expect(await sent()).toEqual(ONE);
  expect(await keys(store, "t:{ali}:lane:purge-url:out")).toEqual([]);
});

it("a take that meets 10,000 keys which must wait passes over them in bounded steps", async () => {
  await store.close();
  await open(limitsWith({ resendAfterMs: RESEND_AFTER_MS }, 1_000_000));
  await box.stage("int_1", urls(10_000));
  for (let i = 0; i < 10; i += 1) await sealed();
  const [slot] = await store.stage("int_2", urls(10_000));
  if (slot === undefined) throw new Error("no slot was minted");
  const looks: number[] = [];
  for (let i = 0; i < 4; i += 1) looks.push((await waits(store, slot)).waitMs);
  expect(looks.map((ms) => ms === 1)).toEqual([true, true, true, false]);
  expect(await counts(store, "int_2")).toMatchObject({ pending: 10_000 });
});
