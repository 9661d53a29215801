import type { Hold, QuotaRound, ToldQuota } from "@purgeline/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith, type View } from "./bundle.ts";
import { finish, record, seal, seen, urls, waits } from "./steps.ts";

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits: limitsWith({}, 100) });
});
afterEach(() => store.close());

const ASK = "DescribeRefreshQuota";
const MINUTE = 60_000;
const round: QuotaRound = { calls: [ASK], everyMs: 5 * MINUTE, leaseMs: 20_000, atOnce: false };
const claim = (view: View, more: Partial<QuotaRound> = {}) =>
  view.work.claimQuota("ali", { ...round, ...more });

function answer(more: Partial<ToldQuota> = {}): ToldQuota {
  const figures = [{ class: "url", limit: 100, remaining: 40, batch: null }];
  return { figures, hold: null, seen: { ...seen, call: ASK }, isLast: true, ...more };
}

describe("a round of questions about the quota", () => {
  it("goes to one process at a time", async () => {
    const all = await Promise.all([claim(store), claim(store), claim(store)]);
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(["ask", "wait", "wait"]);
  });

  it("comes again after its time, counted from its start", async () => {
    await claim(store);
    await store.work.settleQuota("ali", answer());
    expect(await claim(store.later(4 * MINUTE))).toMatchObject({ kind: "wait" });
    expect(await claim(store.later(5 * MINUTE))).toEqual({ kind: "ask" });
  });

  it("ends with its last call, not before", async () => {
    await claim(store);
    await store.work.settleQuota("ali", answer({ isLast: false }));
    expect(await claim(store.later(10_000), { everyMs: 100 })).toMatchObject({ kind: "wait" });
    await store.work.settleQuota("ali", answer());
    expect(await claim(store.later(10_000), { everyMs: 100 })).toEqual({ kind: "ask" });
  });

  it("is made up for when its process has died, as soon as the lease is over", async () => {
    await claim(store);
    expect(await claim(store.later(19_000), { atOnce: true })).toMatchObject({ kind: "wait" });
    expect(await claim(store.later(20_001))).toEqual({ kind: "ask" });
  });

  it("comes every minute while a lane waits for quota, and no sooner than it would anyway", async () => {
    await claim(store);
    await store.work.settleQuota("ali", answer({ figures: [] }));
    const sealed = await seal(store, (await store.stage("int_1", urls(100)))[0]);
    await finish(store, sealed);
    await waits(store, (await store.stage("int_2", urls(1, "b.example.com")))[0] ?? sealed.next);
    const [soon, inAMinute] = [store.later(59_000), store.later(MINUTE)];
    expect(await claim(soon)).toMatchObject({ kind: "wait" });
    expect(await claim(store.later(10_000), { everyMs: 11_000 })).toMatchObject({ kind: "wait" });
    expect(await claim(inAMinute)).toEqual({ kind: "ask" });
  });

  it("after a refusal comes at once, but not for each of many, who are told what was just said", async () => {
    expect(await claim(store, { atOnce: true })).toEqual({ kind: "ask" });
    await store.work.settleQuota("ali", answer());
    const told = [{ class: "url", limit: 100, remaining: 40, batch: null }];
    expect(await claim(store.later(2500), { atOnce: true })).toMatchObject({ kind: "wait", told });
    expect(await claim(store.later(3001))).toMatchObject({ kind: "wait", told: [] });
    expect(await claim(store.later(3001), { atOnce: true })).toEqual({ kind: "ask" });
  });

  it("waits while the credential is refused, then is its probe", async () => {
    await claim(store);
    const stopped: Hold = { scope: "account", reason: "BadKey", probeInMs: 10 * MINUTE };
    const error = { code: "BadKey", message: "m" };
    await store.work.settleQuota(
      "ali",
      answer({ figures: [], hold: stopped, seen: { ...seen, call: ASK, error } }),
    );
    const [account] = await store.intake.accounts();
    expect(account).toMatchObject({
      stopped: { reason: "BadKey" },
      lastError: { code: "BadKey", call: ASK },
    });
    expect(await claim(store.later(9 * MINUTE), { atOnce: true })).toMatchObject({ kind: "wait" });
    const probing = store.later(10 * MINUTE + 1000);
    expect(await claim(probing)).toEqual({ kind: "ask" });
    expect(await claim(store.later(11 * MINUTE), { atOnce: true })).toMatchObject({ kind: "wait" });
    await probing.work.settleQuota("ali", answer());
    expect((await store.intake.accounts())[0]?.stopped).toBeNull();
  });

  it("does not end the stop of another call that it did not probe for", async () => {
    const sealed = await seal(store, (await store.stage("int_1", urls(1)))[0]);
    const hold: Hold = { scope: "account", reason: "BadKey", probeInMs: 10 * MINUTE };
    await claim(store);
    await record(store, sealed, { do: "retry", inMs: 0, resend: null, hold });
    await store.work.settleQuota("ali", answer());
    expect((await store.intake.accounts())[0]?.stopped).toMatchObject({ reason: "BadKey" });
  });
});
