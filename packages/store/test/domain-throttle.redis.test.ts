import type { Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { type SlotBox, slotBox } from "./slot-box.ts";
import { accept, finish, keys, polled, record, type Sealed, SUBMIT, seal, urls, waits } from "./steps.ts";

const MS = 60_000;
const throttled: Verdict = { do: "retry", inMs: MS, resend: null, hold: { scope: "domains", ms: MS } };

let store: Bundle;
let box: SlotBox;
afterEach(() => store.close());

async function open(change: Parameters<typeof limitsWith>[0] = {}): Promise<void> {
  store = await bundle({ limits: limitsWith({ batch: 2, ...change }) });
  box = slotBox(store);
}

async function sealed(view = store as Parameters<SlotBox["take"]>[0]): Promise<Sealed> {
  const taken = await box.take(view);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  return taken.sealed;
}

/** A domain's batch that the provider throttles. */
async function throttledOnce(): Promise<Sealed> {
  await box.stage("int_1", urls(2, "a.example.com"));
  const first = await sealed();
  await box.answer(record(store, first, throttled));
  return first;
}

describe.each([
  [10, null],
  [10, 10_000],
  // Tencent limits neither, and throttles a host all the same.
  [null, null],
])(
  "domains that the provider throttles, with %s in a call and %s targets a minute",
  (domains, perDomainPerMinute) => {
    it("wait, visibly, while others of the account go on at once", async () => {
      await open({ domains, perDomainPerMinute });
      await throttledOnce();
      await box.stage("int_2", [...urls(2, "a.example.com", 5), ...urls(2, "c.example.com")]);
      expect((await sealed()).batch.items).toEqual(urls(2, "c.example.com"));
      const wait = await box.take(store);
      expect(wait).toMatchObject({ kind: "wait", why: { reason: "rate" } });
      if (wait.kind !== "wait") return;
      const inMs = (wait.why.untilMs ?? 0) - store.nowMs;
      expect(inMs).toBeGreaterThan(MS - 5000);
      expect(inMs).toBeLessThanOrEqual(MS);
      const leg = (await store.intake.legs("int_2"))[0];
      expect(leg?.waiting).toMatchObject([{ targets: 2, why: { reason: "rate" } }]);
    });

    it("go again when the time is over, the refused batch first, and nothing of the hold is left", async () => {
      await open({ domains, perDomainPerMinute });
      const first = await throttledOnce();
      await box.stage("int_2", urls(1, "a.example.com", 5));
      expect(await box.take(store)).toMatchObject({ kind: "wait" });
      const then = store.later(MS + 1000);
      const again = await sealed(then);
      expect(again.batch).toMatchObject({ id: first.batch.id, attempt: 2, items: first.batch.items });
      await box.answer(finish(then, again));
      expect((await sealed(then)).batch.items).toEqual(urls(1, "a.example.com", 5));
      expect(await keys(store, "t:{ali}:hold:*")).toEqual([]);
    });

    it("wait in every lane of the call", async () => {
      await open({ domains, perDomainPerMinute });
      await throttledOnce();
      const how = { lane: "purge-directory" } as const;
      const [slot] = await store.stage("int_2", ["https://a.example.com/d/"], how);
      // The first look finds out; the second one waits.
      await waits(store, slot);
      expect((await waits(store, slot)).waitMs).toBe(30_000);
      const [other] = await store.stage("int_3", ["https://c.example.com/d/"], how);
      expect((await seal(store, other)).batch.items).toEqual(["https://c.example.com/d/"]);
    });

    it("hold back a batch that was put off for another reason, too", async () => {
      await open({ domains, perDomainPerMinute });
      await box.stage("int_0", urls(2, "a.example.com", 9));
      const other = await sealed();
      await throttledOnce();
      await box.answer(record(store, other, { do: "retry", inMs: 0, resend: null, hold: null }));
      expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
      expect((await sealed(store.later(MS + 1000))).batch.attempt).toBe(2);
    });
  },
);

it("a shorter hold does not end a longer one of the same domain", async () => {
  await open();
  await box.stage("int_0", urls(2, "a.example.com", 9));
  const other = await sealed();
  await throttledOnce();
  await box.answer(
    record(store, other, { do: "retry", inMs: 1000, resend: null, hold: { scope: "domains", ms: 1000 } }),
  );
  await box.stage("int_2", urls(1, "a.example.com", 5));
  expect(await box.take(store.later(5000))).toMatchObject({ kind: "wait", why: { reason: "rate" } });
});

it("the whole call waits where the batch has no domains: media", async () => {
  await open();
  await box.stage("int_1", ["media-1", "media-2"]);
  await box.answer(record(store, await sealed(), throttled));
  expect(await keys(store, "t:{ali}:hold:*")).toEqual([`hold:${SUBMIT}`]);
  await box.stage("int_2", urls(2, "c.example.com"));
  expect(await box.take(store)).toMatchObject({ kind: "wait", why: { reason: "rate" } });
  expect((await sealed(store.later(MS + 1000))).batch.attempt).toBe(2);
});

it("a query, which has no domains, closes its call", async () => {
  await open();
  await box.stage("int_1", urls(1));
  const { slots } = await accept(store, await sealed());
  const poll = slots.find(({ kind }) => kind.for === "poll");
  const then = store.later(2000);
  if (poll === undefined) throw new Error("no poll slot");
  const claimed = await then.work.claimPolls(poll, 10);
  if (claimed.kind !== "tasks") throw new Error(JSON.stringify(claimed));
  await then.work.putOff("ali", claimed.tasks, 1000, { scope: "domains", ms: 5000 }, polled);
  expect((await then.work.permit("ali", polled.call, null)).waitMs).toBeGreaterThan(4000);
});

it("whoever sleeps past a batch that is tried sooner is replaced", async () => {
  await open();
  await throttledOnce();
  await box.stage("int_2", urls(2, "c.example.com"));
  const other = await sealed();
  await box.stage("int_3", urls(1, "a.example.com", 5));
  expect(await box.take(store)).toMatchObject({ kind: "wait", waitMs: 30_000 });
  const { slots } = await record(store, other, { do: "retry", inMs: 1000, resend: null, hold: null });
  expect((await waits(store, slots[0])).waitMs).toBeLessThanOrEqual(1000);
});
