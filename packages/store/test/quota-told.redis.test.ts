import { dayStarts, type QuotaFigure, type ToldQuota, type Verdict } from "@purgeline/core";
import { afterEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, CALL, limitsWith, type View } from "./bundle.ts";
import { finish, record, rescue, retryAtOnce, seal, sealAll, seen, urls, waits } from "./steps.ts";

let store: Bundle;
afterEach(() => store.close());

const ASK = "DescribeRefreshQuota";
const HOUR = 3_600_000;
const [, today = 0, tomorrow = 0] = dayStarts("Asia/Shanghai", Date.now(), 1, 2);
/** Skews to: an hour after the next reset, so that days are whole; the reset after it. */
const morning = today - Date.now() + HOUR;
const reset = tomorrow - Date.now();
/** So long after that reset, or before it, to the millisecond. */
const nearReset = (ms: number): View => store.later(tomorrow - store.nowMs + ms);

function figure(more: Partial<QuotaFigure>): QuotaFigure {
  return { class: "url", limit: null, remaining: null, batch: null, ...more };
}

function tell(view: View, more: Partial<QuotaFigure>, providerDateMs: number | null = null) {
  const answer: ToldQuota = {
    figures: [figure(more)],
    hold: null,
    seen: { ...seen, call: ASK, providerDateMs },
    isLast: true,
  };
  return view.work.settleQuota("ali", answer);
}

async function quota(view: View, name = "url") {
  const [account] = await view.intake.accounts();
  const found = account?.quotas.find((each) => each.class === name);
  if (found === undefined) throw new Error(`no quota ${name}`);
  const { limit, used, reserved, usedElsewhere } = found;
  return { limit, used, reserved, usedElsewhere };
}

function refusedFor(remaining: number): Verdict {
  const spent = [{ class: "url", remaining }];
  return { do: "retry", inMs: 0, resend: null, hold: { scope: "quota", spent } };
}

describe("what the provider tells of its quota counts downward only", () => {
  // Configured: 1,000 a day. Ours: 100 spent, 50 reserved.
  it.each<[string, Partial<QuotaFigure>, number, number]>([
    ["a lower limit is in force", { limit: 400, remaining: 250 }, 400, 0],
    ["a higher limit is not", { limit: 5000, remaining: 4850 }, 1000, 0],
    ["what is missing beside our own was spent by others", { limit: 1000, remaining: 700 }, 1000, 150],
    ["more left than we count is no gift", { limit: 1000, remaining: 990 }, 1000, 0],
    ["a limit that is set below the provider's is ours alone", { limit: 5000, remaining: 2000 }, 1000, 0],
    ["and never more than the provider has", { limit: 5000, remaining: 300 }, 1000, 550],
    ["without a limit what is left still counts", { remaining: 600 }, 1000, 250],
    ["without a rest the limit still counts", { limit: 400 }, 400, 0],
    ["nothing is less than nothing", { limit: 1000, remaining: -5 }, 1000, 850],
    ["a batch of none tells nothing", { batch: 0 }, 1000, 0],
    ["a class of which nothing is told stays as it was", { class: "directory", limit: 3 }, 1000, 0],
  ])("%s", async (_, told, limit, usedElsewhere) => {
    store = await bundle({ limits: limitsWith({}, 1000) });
    const now = store.later(morning);
    const first = await seal(now, (await now.stage("int_1", urls(100)))[0]);
    await finish(now, first);
    await seal(now, (await now.stage("int_2", urls(50, "b.example.com")))[0] ?? first.next);
    await tell(now, told);
    expect(await quota(now)).toEqual({ limit, used: 100, reserved: 50, usedElsewhere });
    const left = Math.max(0, limit - 150 - usedElsewhere);
    const [slot] = await now.stage("int_3", urls(1000, "c.example.com"));
    const rest = await sealAll(now, slot ?? (await rescue(store.later(morning + 25_000)))[0]);
    expect(rest.reduce((sum, { batch }) => sum + batch.items.length, 0)).toBe(left);
  });

  it("and each answer replaces the one before", async () => {
    store = await bundle({ limits: limitsWith({}, 1000) });
    const now = store.later(morning);
    await tell(now, { limit: 500, remaining: 100, batch: 7 });
    expect(await quota(now)).toMatchObject({ limit: 500, usedElsewhere: 400 });
    await tell(now, { remaining: 900 });
    expect(await quota(now)).toMatchObject({ limit: 1000, usedElsewhere: 100 });
    const [account] = await now.intake.accounts();
    expect(account?.lanes[0]).toMatchObject({ batch: 1000, toldBatch: null });
    expect(account?.quotas[0]?.told).toMatchObject({ limit: null, remaining: 900 });
  });

  it("no batch goes beyond what is left", async () => {
    store = await bundle({ limits: limitsWith({}, 10_000) });
    const now = store.later(morning);
    await tell(now, { limit: 2000, remaining: 1500 });
    const first = await seal(now, (await now.stage("int_1", urls(2500)))[0]);
    const second = await seal(now, first.next);
    expect([first.batch.items.length, second.batch.items.length]).toEqual([1000, 500]);
    expect(await waits(now, second.next)).toMatchObject({ why: { reason: "quota" }, pending: 1000 });
  });

  it("of another day's rest nothing is kept, of its limit all", async () => {
    store = await bundle({ limits: limitsWith({}, 1000) });
    await tell(store.later(morning), { limit: 500, remaining: 100 });
    expect(await quota(store.later(reset + HOUR))).toMatchObject({ limit: 500, usedElsewhere: 0 });
  });

  it("within seconds of a reset a rest may be either day's, and is not believed", async () => {
    const limits = limitsWith({}, 1000);
    store = await bundle({ limits: { ...limits, calls: { ...limits.calls, [ASK]: CALL } } });
    for (const ms of [-5000, 5000]) {
      await tell(nearReset(ms), { limit: 500, remaining: 100 });
      expect(await quota(nearReset(ms))).toMatchObject({ limit: 500, usedElsewhere: 0 });
    }
  });
});

describe("a told batch", () => {
  it("is the most that a call holds, whichever of the two is less", async () => {
    store = await bundle({ limits: limitsWith({ batch: 50 }) });
    await tell(store, { batch: 39 });
    const first = await seal(store, (await store.stage("int_1", urls(100)))[0]);
    expect(first.batch.items).toHaveLength(39);
    await tell(store, { batch: 500 });
    expect((await seal(store, first.next)).batch.items).toHaveLength(50);
    const [account] = await store.intake.accounts();
    expect(account?.lanes[0]).toMatchObject({ batch: 50, toldBatch: 500 });
  });

  it("makes a batch full, which need not wait for company, and none of it nothing", async () => {
    store = await bundle({ coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
    await tell(store, { batch: 0 });
    const [slot] = await store.stage("int_1", urls(39));
    expect((await waits(store, slot)).why.reason).toBe("quiet");
    await tell(store, { batch: 39 });
    expect((await seal(store, slot)).batch.items).toHaveLength(39);
  });

  it("splits what was sealed before and was not applied", async () => {
    store = await bundle();
    const sealed = await seal(store, (await store.stage("int_1", urls(100)))[0]);
    await tell(store, { batch: 39 });
    const sizes: number[] = [];
    let [slot] = (await record(store, sealed, retryAtOnce)).slots;
    while (slot !== undefined) {
      const part = await seal(store, slot);
      sizes.push(part.batch.items.length);
      [slot] = (await finish(store, part)).slots;
      slot ??= part.next;
    }
    expect(sizes).toEqual([25, 25, 25, 25]);
  });
});

describe("figures that make room wake whoever waits for quota", () => {
  async function waiting(view: View): Promise<void> {
    const sealed = await seal(view, (await view.stage("int_1", urls(100)))[0]);
    await finish(view, sealed);
    const [slot] = await view.stage("int_2", urls(10, "b.example.com"));
    await waits(view, slot ?? sealed.next);
  }

  it("when the provider's day has turned", async () => {
    store = await bundle({ limits: limitsWith({}, 100) });
    const now = store.later(morning);
    await waiting(now);
    expect(await tell(now, { remaining: 0 })).toEqual([]);
    const [slot] = await tell(now, { remaining: 100 }, tomorrow + HOUR);
    expect((await seal(now, slot)).batch.items).toHaveLength(10);
  });

  it("when the provider tells of more than it refused", async () => {
    store = await bundle({ limits: limitsWith({}, 1000) });
    const now = store.later(morning);
    const sealed = await seal(now, (await now.stage("int_1", urls(10)))[0]);
    const full = { scope: "quota", spent: [{ class: "url", remaining: null }] } as const;
    const { slots } = await record(now, sealed, { do: "retry", inMs: 0, resend: null, hold: full });
    await waits(now, slots[0]);
    expect(await quota(now)).toMatchObject({ usedElsewhere: 1000 });
    const [woken] = await tell(now, { remaining: 400 });
    expect((await seal(now, woken)).batch).toMatchObject({ id: sealed.batch.id, attempt: 2 });
  });

  it("and nobody who waits for something else", async () => {
    store = await bundle({ coalesce: { quietMs: 60_000, maxWaitMs: 60_000 } });
    await waits(store, (await store.stage("int_1", urls(1)))[0]);
    expect(await tell(store, { remaining: 400 })).toEqual([]);
  });
});

describe("a refusal that leaves something", () => {
  it("sends as much of the batch as there is room for, and parks the rest", async () => {
    store = await bundle({ limits: limitsWith({}, 2000) });
    const now = store.later(morning);
    const large = await seal(now, (await now.stage("int_1", urls(1000)))[0]);
    // Asked while the batch was reserved: it seems to be what the provider counts.
    await tell(now, { limit: 2000, remaining: 600 });
    const { slots } = await record(now, large, refusedFor(600));
    expect(await quota(now)).toEqual({ limit: 2000, used: 0, reserved: 0, usedElsewhere: 1400 });
    const part = await seal(now, slots[0]);
    expect(part.batch).toMatchObject({ items: urls(1000).slice(0, 600), attempt: 2 });
    expect((await waits(now, part.next)).why.reason).toBe("quota");
    const next = store.later(reset + 60_000);
    const rest = await seal(next, (await rescue(next))[0]);
    expect(rest.batch).toMatchObject({ items: urls(1000).slice(600), attempt: 2 });
  });

  it("keeps whole what may have been applied: the same question goes out again", async () => {
    store = await bundle({ limits: limitsWith({}, 100) });
    const now = store.later(morning);
    const sealed = await seal(now, (await now.stage("int_1", urls(60)))[0]);
    const { slots } = await record(now, sealed, { ...retryAtOnce, resend: "ambiguous" } as Verdict);
    expect((await waits(now, slots[0])).why.reason).toBe("quota");
    const next = store.later(reset + 60_000);
    expect((await seal(next, (await rescue(next))[0])).batch.id).toBe(sealed.batch.id);
  });

  it("never sends at once what our ledger would let through", async () => {
    store = await bundle({ limits: limitsWith({}, 2000) });
    const now = store.later(morning);
    const sealed = await seal(now, (await now.stage("int_1", urls(10)))[0]);
    const elsewhere: Verdict = {
      do: "retry",
      inMs: 0,
      resend: null,
      hold: { scope: "quota", spent: [{ class: "directory", remaining: 3 }] },
    };
    const { slots } = await record(now, sealed, elsewhere);
    expect((await waits(now, slots[0])).waitMs).toBe(30_000);
    const inAMinute = store.later(morning + 61_000);
    expect((await seal(inAMinute, (await rescue(inAMinute))[0])).batch.id).toBe(sealed.batch.id);
  });
});
