import type { Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import {
  accept,
  counts,
  drain,
  finish,
  keys,
  POLL,
  record,
  rescue,
  rescued,
  retryAtOnce,
  type Sealed,
  seal,
  sealAll,
  seen,
  urls,
  waits,
} from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const split: Verdict = { do: "split", code: "Bad", message: "one of them" };

async function stagedBatch(size: number): Promise<Sealed> {
  store = await bundle();
  return await seal(store, (await store.stage("int_1", urls(size)))[0]);
}

describe("the fence", () => {
  it("a job that runs again after a crash sends its batch again; the first attempt's record is refused", async () => {
    const first = await stagedBatch(3);
    const again = await seal(store, first.slot);
    expect(again.batch).toMatchObject({ id: first.batch.id, attempt: 2, resend: "crash", items: urls(3) });
    expect(await finish(store, first)).toMatchObject({ applied: false, transitions: { targets: {} } });
    expect(await counts(store, "int_1")).toMatchObject({ sealed: 3, confirmed: 0 });
    expect(await finish(store, again)).toMatchObject({ applied: true });
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 3 });
  });

  it("a late record leaves its slot to the successor that works under it", async () => {
    const first = await stagedBatch(3);
    await seal(store, first.slot);
    await finish(store, first);
    // The successor dies as well: the slot's job finds its batch once more.
    expect((await seal(store, first.slot)).batch).toMatchObject({ attempt: 3, resend: "crash" });
  });

  it("an attempt past its deadline is sent again by another slot, once", async () => {
    const first = await stagedBatch(3);
    const later = store.later(31_000);
    expect((await later.work.sweep("ali")).resent).toBe(1);
    expect((await later.work.sweep("ali")).resent).toBe(0);
    const [slot] = await rescue(store.later(33_000));
    const again = await seal(later, slot);
    expect(again.batch).toMatchObject({
      id: first.batch.id,
      attempt: 2,
      resend: "crash",
      ageMs: expect.any(Number),
    });
    expect(again.batch.ageMs).toBeGreaterThanOrEqual(31_000);
    expect(await finish(store, first)).toMatchObject({ applied: false });
    expect(await finish(later, again)).toMatchObject({ applied: true });
    expect(await finish(later, again)).toMatchObject({ applied: false });
  });
});

describe("a verdict", () => {
  it("accept: submitted, but for what was rejected at once", async () => {
    const sealed = await stagedBatch(3);
    const recorded = await record(store, sealed, {
      do: "accept",
      tasks: [{ call: POLL, id: "1" }],
      pollInMs: 0,
      rejected: [{ index: 1, end: "failed", code: "Bad", message: "no" }],
    });
    expect(recorded.transitions.targets).toEqual({ submitted: 2, failed: 1 });
    expect(recorded.slots.map(({ kind }) => kind.for)).toContain("poll");
    expect(await counts(store, "int_1")).toMatchObject({ submitted: 2, failed: 1 });
  });

  it("accept without a task ends what nobody will ever tell about", async () => {
    const sealed = await stagedBatch(2);
    const none = { do: "accept", tasks: [], pollInMs: 0 } as const;
    await record(store, sealed, {
      ...none,
      rejected: [{ index: 0, end: "failed", code: "Bad", message: "" }],
    });
    expect(await counts(store, "int_1")).toMatchObject({ failed: 1, unconfirmed: 1 });
    expect((await store.intake.legs("int_1"))[0]?.finishedAtMs).not.toBeNull();
  });

  it("end: every target ends so, with its reason, and the leg with the last", async () => {
    const sealed = await stagedBatch(3);
    const end = { do: "end", end: "failed", code: "Refused", message: "never", refund: true } as const;
    const recorded = await record(store, sealed, end);
    expect(recorded.transitions.legs).toMatchObject([{ intentId: "int_1", op: "purge", stage: "ended" }]);
    const [leg] = await store.intake.legs("int_1");
    expect(leg?.failures).toHaveLength(3);
    expect(leg?.failures[0]).toMatchObject({ code: "Refused", message: "never", account: "ali" });
  });

  it("retry: the batch waits its time and goes before all others", async () => {
    const sealed = await stagedBatch(3);
    await store.stage("int_2", urls(3, "b.example.com"));
    await record(store, sealed, { ...retryAtOnce, inMs: 5000 } as Verdict);
    const other = await seal(store, await rescued(store));
    expect(other.batch.items).toEqual(urls(3, "b.example.com"));
    await store.stage("int_3", urls(3, "c.example.com"));
    const then = store.later(5001);
    const again = await seal(then, await rescued(store, 5001));
    expect(again.batch).toMatchObject({ id: sealed.batch.id, attempt: 2, resend: null, items: urls(3) });
  });

  it("retry does not hold up what is staged meanwhile, several batches of it", async () => {
    const sealed = await stagedBatch(3);
    const { slots } = await record(store, sealed, { ...retryAtOnce, inMs: 20_000 } as Verdict);
    await waits(store, slots[0]);
    const [woken] = await store.stage("int_2", urls(3000, "b.example.com"));
    expect((await sealAll(store, woken)).map(({ batch }) => batch.items.length)).toEqual([1000, 1000, 1000]);
  });

  it("split: both halves are sent at once, every item exactly once, and quota is reserved once", async () => {
    const sealed = await stagedBatch(5);
    const culprit = urls(5)[3] ?? "";
    await record(store, sealed, split);
    const sent: string[][] = [];
    let slot = await rescued(store);
    while (slot !== undefined) {
      const taken = await store.work.take(slot);
      if (taken.kind !== "batch") break;
      const part = { slot, batch: taken.batch, next: taken.slots[0] };
      sent.push([...taken.batch.items]);
      const [account] = await store.intake.accounts();
      const url = account?.quotas.find((quota) => quota.class === "url");
      expect((url?.used ?? 0) + (url?.reserved ?? 0)).toBeLessThanOrEqual(5);
      const poisoned = taken.batch.items.includes(culprit);
      const alone = { do: "end", end: "failed", code: "Bad", message: "", refund: true } as const;
      const verdict: Verdict = !poisoned
        ? { do: "finish", rejected: [] }
        : taken.batch.items.length > 1
          ? split
          : alone;
      const { slots } = await record(store, part, verdict);
      slot = [...taken.slots, ...slots][0];
    }
    expect(sent).toEqual([
      urls(2),
      urls(3, undefined, 2),
      urls(1, undefined, 2),
      urls(2, undefined, 3),
      [culprit],
      urls(1, undefined, 4),
    ]);
    expect(await counts(store, "int_1")).toMatchObject({ confirmed: 4, failed: 1 });
    const [account] = await store.intake.accounts();
    expect(account?.quotas.find((quota) => quota.class === "url")).toMatchObject({ used: 4, reserved: 0 });
    expect(await keys(store, "t:{ali}:batch:*:m")).toEqual([]);
  });
});

it("a batch of one item that is split goes on as it was", async () => {
  const sealed = await stagedBatch(1);
  const { slots } = await record(store, sealed, split);
  const again = await seal(store, slots[0]);
  expect(again.batch).toMatchObject({ items: urls(1), attempt: 2 });
  expect(again.next).toBeUndefined();
});

describe("what stops with a batch", () => {
  const hold = (what: Extract<Verdict, { do: "retry" }>["hold"]): Verdict => ({
    do: "retry",
    inMs: 0,
    resend: null,
    hold: what,
  });

  it("the call, for as long as the provider asks", async () => {
    const sealed = await stagedBatch(1);
    const { slots } = await record(store, sealed, hold({ scope: "call", why: "rate", ms: 3000 }));
    expect(await waits(store, slots[0])).toMatchObject({ why: { reason: "rate" } });
    expect((await store.work.permit("ali", "RefreshObjectCaches", null)).waitMs).toBeGreaterThan(2500);
    const then = store.later(3001);
    await finish(then, await seal(then, (await then.intake.resume("ali"))[0]));
    expect((await store.work.permit("ali", "RefreshObjectCaches", null)).waitMs).toBeLessThan(1100);
  });

  it("an outage: the third failure in a row; then one call probes, and the others wait for its answer", async () => {
    let sealed = await stagedBatch(1);
    await store.stage("int_2", urls(1, "b.example.com"));
    const away = hold({ scope: "call", why: "provider", ms: 1000 });
    for (let i = 0; i < 2; i += 1) {
      const { slots } = await record(store, sealed, away);
      sealed = await seal(store, slots[0] ?? (await rescued(store)));
    }
    await record(store, sealed, away);
    expect(await waits(store, await rescued(store))).toMatchObject({ why: { reason: "provider" } });
    const then = store.later(1100);
    const probe = await seal(then, (await then.intake.resume("ali"))[0]);
    expect(await waits(then, probe.next)).toMatchObject({ why: { reason: "provider" } });
    // The probe's own permit went stale before its bytes left: another one is not held up by itself.
    expect((await then.work.permit("ali", "RefreshObjectCaches", null)).waitMs).toBe(0);
    await finish(then, probe);
    expect((await seal(then, (await then.intake.resume("ali"))[0])).batch.items).toHaveLength(1);
  });

  it("a stopped account is probed once every while by the call that was refused, and opens with its success", async () => {
    const sealed = await stagedBatch(1);
    await accept(store, sealed);
    const [slot] = await store.stage("int_2", urls(1, "b.example.com"));
    const other = await seal(store, slot ?? (await rescued(store)));
    await record(store, other, hold({ scope: "account", reason: "Forbidden", probeInMs: 600_000 }));
    expect((await store.intake.accounts())[0]?.stopped).toMatchObject({ reason: "Forbidden" });
    const stopped = await waits(store, await rescued(store));
    expect(stopped.why.reason).toBe("stopped");

    const then = store.later(600_100);
    const slots = await rescue(then);
    const poll = slots.find(({ kind }) => kind.for === "poll");
    const submit = slots.find(({ kind }) => kind.for === "submit");
    if (poll === undefined) throw new Error("no poll slot");
    // A query is not what was refused: it must not use the probe up.
    expect(await then.work.claimPolls(poll, 10)).toMatchObject({ kind: "wait" });
    const probe = await seal(then, submit);
    const [more] = await then.stage("int_3", urls(1, "c.example.com"));
    expect(await waits(then, more ?? probe.next)).toMatchObject({ why: { reason: "stopped" } });
    await finish(then, probe);
    expect((await store.intake.accounts())[0]?.stopped).toBeNull();
  });

  it("resume by hand opens a stopped account at once", async () => {
    const sealed = await stagedBatch(1);
    const stop = hold({ scope: "account", reason: "Forbidden", probeInMs: 600_000 });
    const { slots } = await record(store, sealed, stop);
    await waits(store, slots[0]);
    expect((await seal(store, (await store.intake.resume("ali"))[0])).batch.attempt).toBe(2);
  });
});

it("names a provider's last error and keeps a page-long message short", async () => {
  const sealed = await stagedBatch(1);
  const error = { code: "Odd", message: "x".repeat(5000) };
  await record(store, sealed, retryAtOnce, { ...seen, error });
  const [account] = await store.intake.accounts();
  expect(account?.lastError).toMatchObject({ code: "Odd", message: "x".repeat(300) });
});

it("a batch larger than one unpack ends item by item like a small one", async () => {
  store = await bundle({ limits: limitsWith({ batch: 5000 }, 100_000) });
  await store.stage("int_1", urls(5000));
  await drain(store, (sealed) =>
    record(store, sealed, { do: "end", end: "failed", code: "Bad", message: "m", refund: true }),
  );
  expect(await counts(store, "int_1")).toMatchObject({ failed: 5000 });
});
