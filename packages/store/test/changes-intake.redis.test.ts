import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { changesOf, MORNING_MS } from "./changes.ts";
import { record, seal, urls } from "./steps.ts";

// Each test names all that its script changes of the account: what is not named stays as it was.

const L = "lane:purge-url";
const FIFO = "q:shop:a.example.com|{}";
const limits = limitsWith({ resendAfterMs: 3000, perDomainPerMinute: 100 });

let store: Bundle;
beforeEach(async () => {
  store = await bundle({ limits, nowMs: MORNING_MS });
});
afterEach(() => store.close());

/** A leg as its staging leaves it. */
const staged = (n: number, targets: number, priority: string, clock: number): readonly string[] => [
  `leg:${n} c:0: - → qpurge-url`,
  `leg:${n} chunks: - → 1`,
  `leg:${n} created: - → +0`,
  `leg:${n} dup: - → 0`,
  `leg:${n} head: - → {"id":"int_${n}","op":"purge","priority":"${priority}","labels":{},"createdBy":"shop","accounts":["ali"],"hosts":null,"notBeforeMs":null}`,
  `leg:${n} history: - → 60000`,
  `leg:${n} id: - → int_${n}`,
  `leg:${n} k:0: - → ${clock}`,
  `leg:${n} left: - → ${targets}`,
  `leg:${n} left:purge-url: - → ${targets}`,
  `leg:${n} lives: - → 1`,
  `leg:${n} n:p: - → ${targets}`,
  `leg:${n} o:purge-url: - → {}`,
  `leg:${n} total: - → ${targets}`,
  `leg:${n}:s: - → ${"p".repeat(targets)}`,
];

describe("publish", () => {
  it("puts newer limits in force", async () => {
    const newer = { atMs: 2, digest: "two" };
    expect(await changesOf(store, () => store.work.publish("ali", limits, newer))).toEqual([
      "limits revisionAt: 1 → 2",
      "limits revisionDigest: one → two",
    ]);
  });

  it("leaves newer limits in force", async () => {
    await store.work.publish("ali", limits, { atMs: 3, digest: "three" });
    const older = { atMs: 2, digest: "two" };
    expect(await changesOf(store, () => store.work.publish("ali", limits, older))).toEqual([]);
  });
});

describe("stage", () => {
  it("makes a leg, lets its keys wait in a FIFO, and mints the lane's slot", async () => {
    const act = () => store.stage("int_1", urls(2), { body: { a: 1 } });
    expect(await changesOf(store, act)).toEqual([
      "account legs: - → 1",
      "account pending: - → 2",
      "account slots: - → 1",
      "clock: - → 1",
      "intent:int_1: - → 1",
      "intents int_1: - → +0",
      `${L} first: - → +0`,
      `${L} last: - → +0`,
      `${L}:keys <0>: - → 1:0`,
      `${L}:keys <1>: - → 1:1`,
      `${L}:n:${FIFO}: - → [<0> <1>]`,
      `${L}:n:ring: - → [shop]`,
      `${L}:n:ring:shop: - → [a.example.com|{}]`,
      `${L}:open:n 1: - → +0`,
      `${L}:slots purge-url.1: - → +20000`,
      'leg:1 body: - → {"a":1}',
      ...staged(1, 2, "normal", 1),
      "leg:1:t:0: - → [https://a.example.com/0 https://a.example.com/1]",
      "unacked purge-url.1: - → +0",
      "unstaged 1: - → +10000",
    ]);
  });

  it("adds an interest to a key that waits, which an urgent one takes to its own FIFO", async () => {
    await store.stage("int_1", urls(2));
    const act = () => store.stage("int_2", urls(2, "a.example.com", 1), { priority: "urgent" });
    expect(await changesOf(store, act)).toEqual([
      "account legs: 1 → 2",
      "account pending: 2 → 4",
      "clock: 1 → 2",
      "intent:int_2: - → 2",
      "intents int_2: - → +0",
      `${L}:keys <1>: 1:1 → 1:1+!`,
      `${L}:keys <2>: - → 2:1!`,
      `${L}:open:u 2: - → +0`,
      `${L}:u:${FIFO}: - → [<1> <2>]`,
      `${L}:u:ring: - → [shop]`,
      `${L}:u:ring:shop: - → [a.example.com|{}]`,
      ...staged(2, 2, "urgent", 2),
      "leg:2:t:0: - → [https://a.example.com/1 https://a.example.com/2]",
      "more:1:1: - → [2:0]",
    ]);
  });
});

it("staged: the body goes", async () => {
  await store.stage("int_1", urls(2), { body: { a: 1 } });
  expect(await changesOf(store, () => store.intake.staged("ali", "int_1"))).toEqual([
    'leg:1 body: {"a":1} → -',
    "unstaged 1: +10000 → -",
  ]);
});

it("pause writes when", async () => {
  expect(await changesOf(store, () => store.intake.pause("ali"))).toEqual(["account paused: - → +0"]);
});

it("resume ends the pause, tries what was put off, and puts another slot in the sleeper's place", async () => {
  const sealed = await seal(store, (await store.stage("int_1", urls(1)))[0]);
  const later = { do: "retry", inMs: 60_000, resend: null, hold: null } as const;
  const { slots } = await record(store, sealed, later);
  const [slot] = slots;
  if (slot !== undefined) await store.work.take(slot);
  await store.intake.pause("ali");
  expect(await changesOf(store, () => store.intake.resume("ali"))).toEqual([
    "account paused: +0 → -",
    "account slots: 2 → 3",
    `${L} retrying: 1 → -`,
    `${L} until: +60000 → -`,
    `${L} waiter: purge-url.2 → -`,
    `${L} why: provider → -`,
    `${L}:retry 1: +60000 → +0`,
    `${L}:slots purge-url.2: +50000 → -`,
    `${L}:slots purge-url.3: - → +20000`,
    "unacked purge-url.3: - → +0",
  ]);
});

it("cancel takes out keys that nobody else wants, and passes the others on", async () => {
  await store.stage("int_1", urls(2));
  await store.stage("int_2", urls(2, "a.example.com", 1), { priority: "urgent" });
  expect(await changesOf(store, () => store.intake.cancel("int_1"))).toEqual([
    "account pending: 4 → 2",
    `${L}:keys <0>: 1:0 → -`,
    `${L}:keys <1>: 1:1+! → 2:0!`,
    `${L}:open:n 1: +0 → -`,
    "leg:1 finished: - → +0",
    "leg:1 left: 2 → 0",
    "leg:1 left:purge-url: 2 → 0",
    "leg:1 n:p: 2 → 0",
    "leg:1 n:x: - → 2",
    "leg:1:s: pp → xx",
    "more:1:1: [2:0] → -",
  ]);
});

it("retry lets failed targets wait again, in the leg's second life", async () => {
  const sealed = await seal(store, (await store.stage("int_1", urls(2)))[0]);
  const rejected = [{ index: 1, end: "failed", code: "Bad", message: "no" }] as const;
  await record(store, sealed, { do: "finish", rejected });
  expect(await changesOf(store, () => store.later(1000).intake.retry("int_1"))).toEqual([
    "account pending: 0 → 1",
    "account slots: 1 → 2",
    "clock: 2 → 3",
    `${L} first: - → +1000`,
    `${L} last: - → +1000`,
    `${L}:keys <1>: - → 1:1`,
    `${L}:n:${FIFO}: - → [<1>]`,
    `${L}:n:ring: - → [shop]`,
    `${L}:n:ring:shop: - → [a.example.com|{}]`,
    `${L}:open:n 1: - → +1000`,
    `${L}:slots purge-url.2: - → +21000`,
    "leg:1 accepted: - → +1000",
    "leg:1 finished: +0 → -",
    "leg:1 k:0: 1 → 3",
    "leg:1 left: 0 → 1",
    "leg:1 left:purge-url: 0 → 1",
    "leg:1 lives: 1 → 2",
    "leg:1 n:f: 1 → 0",
    "leg:1 n:p: 0 → 1",
    "leg:1:s: cf → cp",
    'leg:1:why 1: ["Bad","no"] → -',
    "unacked purge-url.2: - → +1000",
  ]);
});
