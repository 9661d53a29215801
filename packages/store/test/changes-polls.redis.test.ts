import type { DueTask, Slot } from "@purgeline/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";
import { changesOf, MORNING_MS } from "./changes.ts";
import { accept, POLL, polled, seal, seen, urls } from "./steps.ts";

// Each test names all that its script changes of the account: what is not named stays as it was.

const TASK = '{"call":"DescribeRefreshTaskById","id":"1"}';

let store: Bundle;
let slot: Slot;
beforeEach(async () => {
  store = await bundle({ nowMs: MORNING_MS });
  const sealed = await seal(store, (await store.stage("int_1", urls(2)))[0]);
  const { slots } = await accept(store, sealed);
  const poll = slots.find(({ kind }) => kind.for === "poll");
  if (poll === undefined) throw new Error("no poll slot");
  slot = poll;
});
afterEach(() => store.close());

async function claim(): Promise<readonly DueTask[]> {
  const claimed = await store.later(2000).work.claimPolls(slot, 10);
  if (claimed.kind !== "tasks") throw new Error(JSON.stringify(claimed));
  return claimed.tasks;
}

it("hint makes a task due that waits for its time", async () => {
  expect(await changesOf(store, () => store.intake.hint("ali", ["1", "unknown"]))).toEqual([
    `poll:${POLL}:due 1.1: +1000 → +0`,
  ]);
});

it("claim_polls lends a task for 30 s, and its slot makes room for another", async () => {
  expect(await changesOf(store, claim)).toEqual([
    "account slots: 2 → 3",
    "asked:1 1.1: 0 → -",
    `gate:${POLL}: - → [+2000]`,
    `poll:${POLL}:due 1.1: +1000 → +32000`,
    `poll:${POLL}:slots ${POLL}.2: +20000 → -`,
    `poll:${POLL}:slots ${POLL}.3: - → +22000`,
    `unacked ${POLL}.2: +0 → -`,
    `unacked ${POLL}.3: - → +2000`,
  ]);
});

it("put_off closes the call, keeps the error, and asks for the tasks later", async () => {
  const tasks = await claim();
  const hold = { scope: "call", why: "rate", ms: 500 } as const;
  const told = { ...polled, error: { code: "Slow", message: "down" } };
  expect(await changesOf(store, () => store.later(2000).work.putOff("ali", tasks, 7000, hold, told))).toEqual(
    [
      "account errAt: - → +2000",
      `account errCall: - → ${POLL}`,
      "account errCode: - → Slow",
      "account errMessage: - → down",
      `hold:${POLL} openAt: - → +2500`,
      `hold:${POLL} why: - → rate`,
      `poll:${POLL}:due 1.1: +32000 → +9000`,
    ],
  );
});

it("settle ends what it is told of, and with the last item the batch and the leg", async () => {
  const [task] = await claim();
  if (task === undefined) throw new Error("no task");
  const ended = [
    { index: 0, end: "confirmed", code: "", message: "" },
    { index: 1, end: "failed", code: "Bad", message: "no" },
  ] as const;
  const answer = { task, size: 2, ended, next: [], rest: null, seen: polled };
  expect(await changesOf(store, () => store.later(2000).work.settle("ali", answer))).toEqual([
    "batch:1 ended: - → +2000",
    "batch:1 left: 2 → 0",
    "batch:1 ms: ss → cf",
    "batch:1 spans: 1:0*2 → -",
    "batch:1 state: submitted → ended",
    "batch:1 tasks: 1 → 0",
    `batch:1:asks: [${TASK}] → -`,
    "batch:1:m: [1:0 1:1] → -",
    "lane:purge-url:open:n 1: +0 → -",
    "lane:purge-url:running 1: +0 → -",
    "leg:1 finished: - → +2000",
    "leg:1 left: 2 → 0",
    "leg:1 left:purge-url: 2 → 0",
    "leg:1 n:c: - → 1",
    "leg:1 n:f: - → 1",
    "leg:1 n:u: 2 → 0",
    "leg:1:s: uu → cf",
    'leg:1:why 1: - → ["Bad","no"]',
    `poll:${POLL}:due 1.1: +32000 → -`,
    `tasks 1.1: ${TASK} → -`,
  ]);
});

it("claim_quota gives leave to ask, once", async () => {
  const round = { calls: ["Ask"], everyMs: 60_000, leaseMs: 20_000, atOnce: true };
  const ask = () => store.work.claimQuota("ali", round);
  expect(await changesOf(store, ask)).toEqual([
    "account quotaAskedAt: - → +0",
    "account quotaLease: - → +20000",
  ]);
  expect(await changesOf(store, ask)).toEqual([]);
});

it("settle_quota ends the round, and writes the figures, and what others have spent, by our own ledger", async () => {
  await store.work.claimQuota("ali", { calls: ["Ask"], everyMs: 60_000, leaseMs: 20_000, atOnce: true });
  const figures = [{ class: "url", limit: 2000, remaining: 500, batch: 39 }];
  const answer = { figures, hold: null, seen: { ...seen, call: "Ask" }, isLast: true };
  // 2,000 a day less 500 left less our own 2.
  expect(await changesOf(store, () => store.work.settleQuota("ali", answer))).toEqual([
    "account quotaLease: +20000 → -",
    "quota:url:DAY elsewhere: - → 1498",
    "told:url at: - → +0",
    "told:url batch: - → 39",
    "told:url limit: - → 2000",
    "told:url remaining: - → 500",
  ]);
});

it("claim_key keeps the body's digest and the intent's id for its retention", async () => {
  const key = "t:{idempotency:shop:k}";
  expect(await changesOf(store, () => store.intake.idempotency.claim("shop", "k", "body", "int_9"))).toEqual(
    [],
  );
  expect(await store.connection.hmget(key, "digest", "intent", "response")).toEqual(["body", "int_9", null]);
  expect(await store.connection.pttl(key)).toBeGreaterThan(0);
});
