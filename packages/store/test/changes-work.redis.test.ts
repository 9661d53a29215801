import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import { changesOf, MORNING_MS } from "./changes.ts";
import { accept, record, type Sealed, SUBMIT, seal, urls, waits } from "./steps.ts";

// Each test names all that its script changes of the account: what is not named stays as it was.

const L = "lane:purge-url";
const FIFO = "q:shop:a.example.com|{}";
const limits = limitsWith({ resendAfterMs: 3000, perDomainPerMinute: 100 });

let store: Bundle;
let sealed: Sealed;
afterEach(() => store.close());

describe("take", () => {
  it("seals a batch, and books its quota, its domain's minute, its permit and its attempt", async () => {
    store = await bundle({ limits, nowMs: MORNING_MS });
    const [slot] = await store.stage("int_1", urls(2));
    expect(await changesOf(store, () => seal(store, slot))).toEqual([
      "account batches: - → 1",
      "account pending: 2 → 0",
      "batch:1 attempt: - → 1",
      "batch:1 class: - → n",
      "batch:1 domains: - → a.example.com 2 ",
      "batch:1 keys: - → <0><1>",
      "batch:1 lane: - → purge-url",
      "batch:1 left: - → 2",
      "batch:1 ms: - → ss",
      "batch:1 options: - → {}",
      "batch:1 qClass: - → url",
      "batch:1 qDays: - → DAY",
      "batch:1 qState: - → reserved",
      "batch:1 qUnits: - → 2",
      "batch:1 ready: - → +0",
      "batch:1 seal: - → 2",
      "batch:1 sealed: - → +0",
      "batch:1 sent: - → +0",
      "batch:1 size: - → 2",
      "batch:1 slot: - → purge-url.1",
      "batch:1 spans: - → 1:0*2",
      "batch:1 spentAt: - → s+0",
      "batch:1 state: - → sending",
      "batch:1:m: - → [1:0 1:1]",
      "clock: 1 → 2",
      `gate:${SUBMIT}: - → [+0]`,
      "held purge-url.1: - → 1",
      `${L} first: +0 → -`,
      `${L} last: +0 → -`,
      `${L}:keys <0>: 1:0 → -`,
      `${L}:keys <1>: 1:1 → -`,
      `${L}:n:${FIFO}: [<0> <1>] → -`,
      `${L}:n:ring: [shop] → -`,
      `${L}:n:ring:shop: [a.example.com|{}] → -`,
      `${L}:out <0>: - → 1`,
      `${L}:out <1>: - → 1`,
      // 10 s until the call times out, and a lease of 20 s.
      `${L}:sending 1: - → +30000`,
      `${L}:slots purge-url.1: +20000 → +30000`,
      "leg:1 n:p: 2 → 0",
      "leg:1 n:s: - → 2",
      "leg:1:b: - → 0000000100000001",
      "leg:1:s: pp → ss",
      "quota:days url:DAY: - → DAY",
      "quota:url:DAY reserved: - → 2",
      "unacked purge-url.1: +0 → -",
      "window:purge-url:a.example.com s+0: - → 2",
      "windows purge-url:a.example.com: - → s+0",
    ]);
  });

  it("waits: the slot sleeps, and nothing else changes", async () => {
    store = await bundle({ limits, nowMs: MORNING_MS, coalesce: { quietMs: 500, maxWaitMs: 2000 } });
    const [slot] = await store.stage("int_1", urls(2));
    expect(await changesOf(store, () => waits(store, slot))).toEqual([
      `${L} until: - → +500`,
      `${L} waiter: - → purge-url.1`,
      `${L} why: - → quiet`,
      `${L}:slots purge-url.1: +20000 → +20500`,
      "unacked purge-url.1: +0 → -",
    ]);
  });
});

describe("of a batch under way", () => {
  beforeEach(async () => {
    store = await bundle({ limits, nowMs: MORNING_MS });
    sealed = await seal(store, (await store.stage("int_1", urls(3)))[0]);
  });

  /** What every answer ends. */
  const answered = [
    "held purge-url.1: 1 → -",
    `${L}:sending 1: +30000 → -`,
    `${L}:slots purge-url.1: +30000 → -`,
  ];
  const inOrder = (...lines: readonly string[]): readonly string[] => [...lines].sort();

  it("permit books another grant and keeps the attempt on record", async () => {
    const use = { ageMs: 10, attempt: sealed.batch };
    expect(await changesOf(store, () => store.later(1000).work.permit("ali", SUBMIT, null, use))).toEqual([
      `gate:${SUBMIT}: [+0] → [+0 +1000]`,
      `${L}:sending 1: +30000 → +31000`,
      `${L}:slots purge-url.1: +30000 → +31000`,
    ]);
  });

  it("record accept: its task is to be asked for, its units are spent, its keys rest", async () => {
    const task = '{"call":"DescribeRefreshTaskById","id":"1"}';
    expect(await changesOf(store, () => accept(store, sealed))).toEqual(
      inOrder(
        ...answered,
        "account slots: 1 → 2",
        "asked:1 1.1: - → 0",
        "batch:1 accepted: - → +0",
        "batch:1 domains: a.example.com 3  → -",
        "batch:1 qState: reserved → spent",
        "batch:1 state: sending → submitted",
        "batch:1 taskNo: - → 1",
        "batch:1 tasks: - → 1",
        `batch:1:asks: - → [${task}]`,
        `${L}:resting 1: - → +3000`,
        `${L}:running 1: - → +0`,
        "leg:1 n:s: 3 → 0",
        "leg:1 n:u: - → 3",
        "leg:1:s: sss → uuu",
        `poll:DescribeRefreshTaskById:due 1.1: - → +1000`,
        "poll:DescribeRefreshTaskById:slots DescribeRefreshTaskById.2: - → +20000",
        "quota:url:DAY reserved: 3 → 0",
        "quota:url:DAY used: - → 3",
        `tasks 1.1: - → ${task}`,
        "unacked DescribeRefreshTaskById.2: - → +0",
      ),
    );
  });

  it("record end, refused: units are given back, everything ends with its reason", async () => {
    const refused = { do: "end", end: "failed", code: "Bad", message: "no", refund: true } as const;
    expect(await changesOf(store, () => record(store, sealed, refused))).toEqual(
      inOrder(
        ...answered,
        "batch:1 domains: a.example.com 3  → -",
        "batch:1 ended: - → +0",
        "batch:1 left: 3 → 0",
        "batch:1 ms: sss → fff",
        "batch:1 qState: reserved → refunded",
        "batch:1 spans: 1:0*3 → -",
        "batch:1 state: sending → ended",
        "batch:1:m: [1:0 1:1 1:2] → -",
        `${L}:ended 1: - → +20000`,
        `${L}:open:n 1: +0 → -`,
        `${L}:resting 1: - → +3000`,
        "leg:1 finished: - → +0",
        "leg:1 left: 3 → 0",
        "leg:1 left:purge-url: 3 → 0",
        "leg:1 n:f: - → 3",
        "leg:1 n:s: 3 → 0",
        "leg:1:s: sss → fff",
        ...[0, 1, 2].map((at) => `leg:1:why ${at}: - → ["Bad","no"]`),
        "quota:url:DAY reserved: 3 → 0",
      ),
    );
  });

  it("record retry, outcome unknown: its units are spent, its keys stay under way, its call is closed", async () => {
    const hold = { scope: "call", why: "rate", ms: 4000 } as const;
    const unknown = { do: "retry", inMs: 5000, resend: "ambiguous", hold } as const;
    expect(await changesOf(store, () => record(store, sealed, unknown))).toEqual(
      inOrder(
        ...answered,
        "account slots: 1 → 2",
        "batch:1 missed: - → +0",
        "batch:1 qState: reserved → spent",
        "batch:1 ready: +0 → +5000",
        "batch:1 resend: - → ambiguous",
        "batch:1 state: sending → retry",
        `hold:${SUBMIT} openAt: - → +4000`,
        `hold:${SUBMIT} why: - → rate`,
        `${L}:retry 1: - → +5000`,
        `${L}:slots purge-url.2: - → +20000`,
        "quota:url:DAY reserved: 3 → 0",
        "quota:url:DAY used: - → 3",
        "unacked purge-url.2: - → +0",
      ),
    );
  });

  it("record split: two batches take its place, each with its items, keys, domains and units", async () => {
    const gone =
      "attempt class domains keys lane left ms options qClass qDays qState qUnits ready seal sealed sent size slot spans spentAt state";
    const part = (n: number, refs: string, names: string, size: number): readonly string[] => [
      `batch:${n} attempt: - → 1`,
      `batch:${n} class: - → n`,
      `batch:${n} domains: - → a.example.com ${size} `,
      `batch:${n} keys: - → ${names}`,
      `batch:${n} lane: - → purge-url`,
      `batch:${n} left: - → ${size}`,
      `batch:${n} ms: - → ${"s".repeat(size)}`,
      `batch:${n} options: - → {}`,
      `batch:${n} parent: - → 1`,
      `batch:${n} qClass: - → url`,
      `batch:${n} qDays: - → DAY`,
      `batch:${n} qState: - → reserved`,
      `batch:${n} qUnits: - → ${size}`,
      `batch:${n} ready: - → +0`,
      `batch:${n} seal: - → 2`,
      `batch:${n} sealed: - → +0`,
      `batch:${n} sent: - → +0`,
      `batch:${n} size: - → ${size}`,
      `batch:${n} state: - → retry`,
      `batch:${n}:m: - → [${refs}]`,
    ];
    const changes = await changesOf(store, () =>
      record(store, sealed, { do: "split", code: "x", message: "" }),
    );
    const ended = changes.filter((line) => /^batch:1 .* → -$/.test(line));
    expect(ended.map((line) => line.split(/[ :]/)[2])).toEqual(gone.split(" "));
    expect(changes.filter((line) => !ended.includes(line))).toEqual(
      inOrder(
        ...answered,
        "account batches: 1 → 3",
        "account slots: 1 → 2",
        "batch:1:m: [1:0 1:1 1:2] → -",
        ...part(2, "1:0", "<0>", 1),
        ...part(3, "1:1 1:2", "<1><2>", 2),
        `${L}:out <0>: 1 → 2`,
        `${L}:out <1>: 1 → 3`,
        `${L}:out <2>: 1 → 3`,
        `${L}:retry 2: - → +0`,
        `${L}:retry 3: - → +0`,
        `${L}:slots purge-url.2: - → +20000`,
        "leg:1:b: 000000010000000100000001 → 000000020000000300000003",
        "unacked purge-url.2: - → +0",
        "window:purge-url:a.example.com s+0: 3 → 0",
      ),
    );
  });

  it("sweep after its deadline: it may have been applied, and is sent again", async () => {
    // Its slot's lease is over a moment later: the lane gets another slot.
    expect(await changesOf(store, () => store.later(31_000).work.sweep("ali"))).toEqual([
      "account intentsCursor: - → 0",
      "account slots: 1 → 2",
      "batch:1 missed: - → +31000",
      "batch:1 qState: reserved → spent",
      "batch:1 resend: - → crash",
      "batch:1 state: sending → retry",
      "held purge-url.1: 1 → -",
      `${L}:retry 1: - → +31000`,
      `${L}:sending 1: +30000 → -`,
      `${L}:slots purge-url.2: - → +51000`,
      "quota:url:DAY reserved: 3 → 0",
      "quota:url:DAY used: - → 3",
      "unacked purge-url.2: - → +31000",
    ]);
  });

  it("renew: a slot whose job lives keeps its place, one whose job is lost makes room for another", async () => {
    await store.later(31_000).work.sweep("ali");
    const then = store.later(60_000);
    const slot = (n: number) =>
      ({ id: `purge-url.${n}`, account: "ali", kind: { for: "submit", lane: "purge-url" } }) as const;
    expect(await changesOf(store, () => then.work.renew("ali", [slot(1)], [slot(2)]))).toEqual([
      `${L}:slots purge-url.1: +30000 → +80000`,
      `${L}:slots purge-url.2: +51000 → -`,
      "unacked purge-url.2: +31000 → -",
    ]);
    expect(await changesOf(store, () => then.work.renew("ali", [], [slot(1)]))).toEqual([
      "account slots: 2 → 3",
      `${L}:slots purge-url.1: +80000 → -`,
      `${L}:slots purge-url.3: - → +80000`,
      "unacked purge-url.3: - → +60000",
    ]);
  });

  it("what only reads changes nothing", async () => {
    const reads = async (): Promise<void> => {
      await store.intake.accounts();
      await store.intake.legs("int_1");
      await store.intake.targets("int_1", { state: null, cursor: null, limit: 9 });
      await store.work.items("ali", sealed.batch.id);
    };
    expect(await changesOf(store, reads)).toEqual([]);
  });
});
