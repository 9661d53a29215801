import { dayStarts, type Limits, type Slot, type ToldQuota, type Verdict } from "@purgeline/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import {
  accept,
  counts,
  finish,
  keys,
  record,
  rescue,
  retryAtOnce,
  type Sealed,
  seal,
  sealAll,
  seen,
  urls,
  waits,
} from "./steps.ts";

/** As a provider has it that counts two areas apart, and whose calls may go to one of them or to both. */
const quotaByOption = {
  option: "Area",
  classes: { overseas: ["url@overseas"], global: ["url", "url@overseas"] },
};
const plain = limitsWith({ quotaByOption }, 100);
const limits: Limits = { ...plain, quotas: { url: 100, "url@overseas": 50, directory: 100 } };
const HOME = { options: {} } as const;
const OVERSEAS = { options: { Area: "overseas" } } as const;
const GLOBAL = { options: { Area: "global" } } as const;

const HOUR = 3_600_000;
const [, today = 0, tomorrow = 0] = dayStarts("Asia/Shanghai", Date.now(), 1, 2);
const morning = today - Date.now() + HOUR;
const reset = tomorrow - Date.now();

let store: Bundle;
let now: View;
beforeEach(async () => {
  store = await bundle({ limits });
  now = store.later(morning);
});
afterEach(() => store.close());

async function ledger(view: View = now) {
  const [account] = await view.intake.accounts();
  const of = (name: string) => {
    const found = account?.quotas.find((each) => each.class === name);
    return [found?.used, found?.reserved];
  };
  return { home: of("url"), overseas: of("url@overseas") };
}

/** All that may go now, each batch finished; then the slot that waits. */
async function sendAll(first: Slot | undefined): Promise<readonly Sealed[]> {
  const sealed = await sealAll(now, first);
  for (const each of sealed) await finish(now, each);
  return sealed;
}

const sizes = (sealed: readonly Sealed[]): readonly (readonly [unknown, number])[] =>
  sealed.map(({ batch }) => [batch.options.Area ?? "home", batch.items.length] as const);

describe("a batch spends the classes that its options name", () => {
  it.each([
    ["none", HOME, { home: [10, 0], overseas: [0, 0] }],
    ["one area", OVERSEAS, { home: [0, 0], overseas: [10, 0] }],
    ["both areas", GLOBAL, { home: [10, 0], overseas: [10, 0] }],
    ["an unknown value", { options: { Area: "moon" } }, { home: [10, 0], overseas: [0, 0] }],
  ])("%s", async (_, how, spent) => {
    await finish(now, await seal(now, (await now.stage("int_1", urls(10), how))[0]));
    expect(await ledger()).toEqual(spent);
  });

  it("and gives both back, or parts both with a split", async () => {
    const sealed = await seal(now, (await now.stage("int_1", urls(10), GLOBAL))[0]);
    expect(await ledger()).toEqual({ home: [0, 10], overseas: [0, 10] });
    const split = await record(now, sealed, { do: "split", code: "Bad", message: "" });
    expect(await ledger()).toEqual({ home: [0, 10], overseas: [0, 10] });
    const half = await seal(now, split.slots[0]);
    expect(await ledger()).toEqual({ home: [0, 10], overseas: [0, 10] });
    await record(now, half, { do: "end", end: "failed", code: "Bad", message: "", refund: true });
    await finish(now, await seal(now, half.next));
    expect(await ledger()).toEqual({ home: [5, 0], overseas: [5, 0] });
  });

  it("and books them anew where a newer configuration counts otherwise", async () => {
    const sealed = await seal(now, (await now.stage("int_1", urls(10), OVERSEAS))[0]);
    const quotas = { ...limits.quotas };
    await store.work.publish("ali", { ...limitsWith(), quotas }, { atMs: 2, digest: "two" });
    await seal(now, (await record(now, sealed, retryAtOnce)).slots[0]);
    expect(await ledger()).toEqual({ home: [0, 10], overseas: [0, 0] });
  });

  it("is no fuller than the scarcer of them allows", async () => {
    const [slot] = await now.stage("int_1", urls(80), GLOBAL);
    const first = await seal(now, slot);
    expect(first.batch.items).toHaveLength(50);
    expect((await waits(now, first.next)).why.reason).toBe("quota");
  });
});

describe("a spent class", () => {
  it("holds back its own groups alone, whoever stands in front", async () => {
    await now.stage("int_1", urls(60, "o.example.com"), OVERSEAS);
    await now.stage("int_2", urls(20, "g.example.com"), GLOBAL);
    const [slot] = await now.stage("int_3", urls(30, "h.example.com"), HOME);
    const sent = await sendAll(slot ?? (await rescue(store.later(morning + 25_000)))[0]);
    expect(sizes(sent).toSorted()).toEqual([
      ["home", 30],
      ["overseas", 50],
    ]);
    expect(await counts(now, "int_1")).toMatchObject({ pending: 10 });
    expect(await counts(now, "int_2")).toMatchObject({ pending: 20 });
    const [account] = await now.intake.accounts();
    expect(account?.lanes[0]?.waiting).toMatchObject({ reason: "quota" });
    const until = account?.lanes[0]?.waiting?.untilMs ?? 0;
    expect(Math.abs(until - tomorrow)).toBeLessThan(12_000);
  });

  it("does not keep the lane from what comes later and has room", async () => {
    const [slot] = await now.stage("int_1", urls(60), OVERSEAS);
    const [first] = await sendAll(slot);
    expect(first?.batch.items).toHaveLength(50);
    const [woken] = await now.stage("int_2", urls(5, "h.example.com"), HOME);
    expect((await seal(now, woken)).batch).toMatchObject({ options: {}, items: urls(5, "h.example.com") });
  });

  it("lets its groups go when the next day begins", async () => {
    await sendAll((await now.stage("int_1", urls(60), OVERSEAS))[0]);
    const next = store.later(reset + 60_000);
    expect((await seal(next, (await rescue(next))[0])).batch.items).toHaveLength(10);
  });

  it("lets them go at once when the provider tells of room", async () => {
    await sendAll((await now.stage("int_1", urls(60), OVERSEAS))[0]);
    const answer: ToldQuota = {
      figures: [{ class: "url@overseas", limit: 50, remaining: 50, batch: null }],
      hold: null,
      seen: { ...seen, call: "DescribePurgeQuota", providerDateMs: tomorrow + HOUR },
      isLast: true,
    };
    const [woken] = await now.work.settleQuota("ali", answer);
    expect((await seal(now, woken)).batch.items).toHaveLength(10);
  });

  it("lets them go in the same day, too, where the provider takes its refusal back", async () => {
    const sealed = await seal(now, (await now.stage("int_1", urls(10), OVERSEAS))[0]);
    const spent = [{ class: "url@overseas", remaining: null }];
    const hold = { scope: "quota", spent } as const;
    const { slots } = await record(now, sealed, { do: "retry", inMs: 0, resend: null, hold });
    const [second] = await now.stage("int_2", urls(10, "p.example.com"), OVERSEAS);
    await waits(now, slots[0] ?? second);
    const answer: ToldQuota = {
      figures: [{ class: "url@overseas", limit: 50, remaining: 40, batch: null }],
      hold: null,
      seen: { ...seen, call: "DescribePurgeQuota" },
      isLast: true,
    };
    const [woken] = await now.work.settleQuota("ali", answer);
    const again = await seal(now, woken);
    expect(again.batch.id).toBe(sealed.batch.id);
    expect((await seal(now, again.next)).batch.items).toEqual(urls(10, "p.example.com"));
  });

  it("of many groups that stand before one that may go is passed over in a few looks", async () => {
    await sendAll((await now.stage("int_0", urls(50), OVERSEAS))[0]);
    const many = Array.from({ length: 100 }, (_, i) => `https://h${i}.example.com/`);
    await now.stage("int_1", many, OVERSEAS);
    const [slot] = await now.stage("int_2", urls(5, "z.example.com"), HOME);
    const first = slot ?? (await rescue(store.later(morning + 25_000)))[0];
    // A look passes over some of them, so that it costs no more than a batch.
    expect(await waits(now, first)).toMatchObject({ waitMs: 1, why: { reason: "rate" } });
    expect((await seal(now, first)).batch.items).toEqual(urls(5, "z.example.com"));
  });

  it("parks a batch that is tried again, and nothing of other classes", async () => {
    const sealed = await seal(now, (await now.stage("int_1", urls(40), OVERSEAS))[0]);
    const { slots } = await record(now, sealed, { ...retryAtOnce, resend: "ambiguous" } as Verdict);
    await now.stage("int_2", urls(5, "h.example.com"), HOME);
    const other = await seal(now, slots[0]);
    expect(other.batch.options).toEqual({});
    expect(await waits(now, other.next)).toMatchObject({ why: { reason: "quota" } });
  });

  it("by the provider's word parks its groups only", async () => {
    const sealed = await seal(now, (await now.stage("int_1", urls(10), OVERSEAS))[0]);
    const spent = [{ class: "url@overseas", remaining: null }];
    const { slots } = await record(now, sealed, {
      do: "retry",
      inMs: 0,
      resend: null,
      hold: { scope: "quota", spent },
    });
    await now.stage("int_2", urls(5, "h.example.com"), HOME);
    expect((await seal(now, slots[0])).batch.options).toEqual({});
    expect(await ledger()).toEqual({ home: [0, 5], overseas: [0, 0] });
  });

  it("leaves nothing behind when what it held back is cancelled", async () => {
    await sendAll((await now.stage("int_1", urls(50), OVERSEAS))[0]);
    const before = await keys(store, "t:{ali}:lane:*");
    const [slot] = await now.stage("int_2", urls(10, "o.example.com"), OVERSEAS);
    await waits(now, slot ?? (await rescue(store.later(morning + 25_000)))[0]);
    await now.intake.cancel("int_2");
    const last = await seal(now, (await now.stage("int_3", urls(1, "h.example.com"), HOME))[0]);
    await finish(now, last);
    const left = (await keys(store, "t:{ali}:lane:*")).filter((key) => !before.includes(key));
    expect(left.filter((key) => /:spent|:q:|:ring|:keys/.test(key))).toEqual([]);
  });
});

it("urgent targets of an area use its reserve, and normal ones leave it", async () => {
  await store.work.publish("ali", { ...limits, reserveForUrgent: 20 }, { atMs: 2, digest: "two" });
  const sent = await sendAll((await now.stage("int_1", urls(50), OVERSEAS))[0]);
  expect(sizes(sent)).toEqual([["overseas", 30]]);
  const urgent = { ...OVERSEAS, priority: "urgent" } as const;
  const [woken] = await now.stage("int_2", urls(40, "u.example.com"), urgent);
  const sealed = await seal(now, woken);
  expect(sealed.batch.items).toEqual(urls(20, "u.example.com"));
  await accept(now, sealed);
  expect(await ledger()).toEqual({ home: [0, 0], overseas: [50, 0] });
});
