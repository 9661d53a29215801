import { type QuotaAnswer, type QuotaFigure, StoreUnavailable, type Take } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { followQuota, submit, Turns } from "../../src/index.ts";
import { batchOf, failureOf, type Given, NO_ITEMS, SUBMIT_SLOT, type Toy, toy } from "./work-ports.ts";

const LEFT: QuotaFigure = { class: "url", limit: 100, remaining: 40, batch: null };
const figures = (...told: readonly QuotaFigure[]): QuotaAnswer => ({
  kind: "figures",
  figures: told,
  requestId: "r1",
});
const ASK = [{ kind: "ask" }] as const;

/** One turn of the loop. */
async function turn(given: Given, atOnce = false) {
  const made = toy(given);
  const pauseMs = await followQuota(made.account, atOnce, made.ports);
  return { ...made, pauseMs };
}

describe("a round of questions", () => {
  it("asks every call with a permit of its own, writes what each tells, and wakes whoever has room", async () => {
    const quotas = { Urls: figures(LEFT), Pushes: figures() };
    const { told } = await turn({ rounds: ASK, quotas });
    expect(told.sent).toEqual(["https://toy.test/Urls", "https://toy.test/Pushes"]);
    expect(told.permits).toBe(2);
    expect(told.quotas).toMatchObject([
      { figures: [LEFT], hold: null, seen: { call: "Urls", error: null }, isLast: false },
      { figures: [], seen: { call: "Pushes" }, isLast: true },
    ]);
    expect(told.queued).toEqual(["minted", "minted"]);
    expect(told.events).toEqual(["asked Urls figures", "asked Pushes figures"]);
  });

  it("is not begun before its time, which may come sooner than was said", async () => {
    const quotas = { Urls: figures(LEFT) };
    const long = await turn({ rounds: [{ kind: "wait", waitMs: 290_000, told: [] }], quotas });
    expect(long.told.sent).toEqual([]);
    expect(long.pauseMs).toBe(5000);
    const short = await turn({ rounds: [{ kind: "wait", waitMs: 180, told: [] }], quotas });
    expect(short.pauseMs).toBe(180);
  });

  it("tells the store how often, and for how long nobody else may ask", async () => {
    const { told } = await turn({ rounds: ASK, quotas: { Urls: figures(), Pushes: figures() } }, true);
    expect(told.rounds).toEqual([
      { calls: ["Urls", "Pushes"], everyMs: 300_000, leaseMs: 20_000, atOnce: true },
    ]);
  });

  it("ends where the credential is refused: another call would be refused as well", async () => {
    const quotas = { Urls: failureOf("auth", { resign: false }), Pushes: figures() };
    const { told } = await turn({ rounds: ASK, quotas });
    expect(told.sent).toEqual(["https://toy.test/Urls"]);
    expect(told.quotas).toMatchObject([{ figures: [], hold: { scope: "account" }, isLast: true }]);
    expect(told.events).toEqual(["asked Urls auth", "stopped Toy.auth words"]);
  });

  it.each([
    ["throttled", { scope: "call", why: "throttled" }],
    ["transient", { scope: "call", why: "provider" }],
    ["ambiguous", { scope: "call", why: "provider" }],
    ["refused", null],
  ] as const)("that is %s stops %j and no more, and goes on", async (kind, hold) => {
    const more = kind === "throttled" ? { scope: "call" as const, retryAfterMs: null } : {};
    const quotas = { Urls: failureOf(kind, more), Pushes: figures(LEFT) };
    const { told } = await turn({ rounds: ASK, quotas });
    const held = hold === null ? null : expect.objectContaining(hold);
    expect(told.quotas).toMatchObject([
      { figures: [], hold: held, seen: { error: { code: `Toy.${kind}` } } },
      { figures: [LEFT], isLast: true },
    ]);
  });

  it("is left for later where its call is closed for long", async () => {
    const quotas = { Urls: figures(LEFT) };
    const { told } = await turn({ rounds: ASK, quotas, permitWaits: [3001] });
    expect(told.sent).toEqual([]);
    expect(told.quotas).toEqual([]);
    const soon = await turn({ rounds: ASK, quotas, permitWaits: [2900] });
    expect(soon.told.sent).toHaveLength(1);
  });

  it("is never begun where the provider tells nothing", async () => {
    const { told } = await turn({ rounds: ASK });
    expect(told.rounds).toEqual([]);
  });
});

const TAKE: Take = {
  kind: "batch",
  batch: batchOf(["a", "b"]),
  sealed: 2,
  moved: { elsewhere: {}, legs: [] },
  slots: [],
  pending: 0,
};

async function refused(given: Given, doubtful = false, change: (made: Toy) => Toy = (made) => made) {
  const outcomes = [failureOf("quota", { class: null, doubtful })];
  const made = change(toy({ takes: [TAKE], outcomes, ...given }));
  await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
  return made.told;
}

describe("a batch that is refused for want of quota", () => {
  const short: QuotaFigure = { ...LEFT, remaining: 1 };

  it("is judged by the provider's figures, asked for at once", async () => {
    const told = await refused({ rounds: ASK, quotas: { Urls: figures(short) } });
    expect(told.sent).toEqual(["a,b", "https://toy.test/Urls"]);
    expect(told.rounds).toMatchObject([{ atOnce: true }]);
    // In the ledger before the batch is put back.
    expect(told.quotas).toHaveLength(1);
    expect(told.records).toMatchObject([
      { verdict: { do: "retry", hold: { scope: "quota", spent: [{ class: "url", remaining: 1 }] } } },
    ]);
    // One of two is left: the day is not spent.
    expect(told.events).not.toContain("quota url");
  });

  it("and not by what was told before it", async () => {
    const rounds = [{ kind: "wait", waitMs: 2500, told: [LEFT] }, ...ASK] as const;
    const told = await refused({ rounds, quotas: { Urls: figures(short) } });
    expect(told.sleeps).toEqual([2500]);
    expect(told.records).toMatchObject([{ verdict: { hold: { spent: [{ remaining: 1 }] } } }]);
  });

  it("but what was gone before it is gone", async () => {
    const rounds = [{ kind: "wait", waitMs: 2500, told: [short] }] as const;
    const told = await refused({ rounds, quotas: { Urls: figures(LEFT) } });
    expect(told.sleeps).toEqual([]);
    expect(told.records).toMatchObject([{ verdict: { hold: { spent: [{ remaining: 1 }] } } }]);
  });

  it("or by what was told to somebody else since", async () => {
    const rounds = [
      { kind: "wait", waitMs: 20_000, told: [] },
      { kind: "wait", waitMs: 2900, told: [LEFT] },
    ] as const;
    const told = await refused({ rounds, quotas: { Urls: figures(short) } });
    expect(told.sleeps).toEqual([3000]);
    expect(told.sent).toEqual(["a,b"]);
    expect(told.records).toMatchObject([
      { verdict: { inMs: 60_000, hold: { scope: "call", why: "rate", ms: 60_000 } } },
    ]);
  });

  it.each<[string, Given]>([
    ["the provider tells nothing", {}],
    ["nothing was told", { rounds: ASK, quotas: { Urls: failureOf("ambiguous") } }],
    ["its call is closed", { rounds: ASK, quotas: { Urls: figures(LEFT) }, permitWaits: [30_000] }],
  ])("or, where %s, by its code", async (_, given) => {
    const sure = await refused(given);
    expect(sure.records).toMatchObject([
      { verdict: { hold: { scope: "quota", spent: [{ class: "url", remaining: null }] } } },
    ]);
    expect(sure.events.at(-1)).toBe("quota url");
    const doubtful = await refused(given, true);
    expect(doubtful.records).toMatchObject([
      { verdict: { hold: { scope: "call", why: "rate", ms: 60_000 } } },
    ]);
  });

  it("is recorded all the same when the store is away for the question", async () => {
    const away = (): Promise<never> => Promise.reject(new StoreUnavailable("away", { maybeApplied: true }));
    const told = await refused({ quotas: { Urls: figures(LEFT) } }, false, (made) => ({
      ...made,
      ports: { ...made.ports, store: { ...made.ports.store, claimQuota: away } },
    }));
    expect(told.records).toHaveLength(1);
  });

  it("costs one question, however many are refused at once for want of what is gone", async () => {
    const made = toy({
      takes: [TAKE, TAKE, TAKE],
      outcomes: [failureOf("quota", { class: "url", doubtful: false })],
      rounds: ASK,
      quotas: { Urls: figures(short) },
    });
    const slots = ["s1", "s2", "s3"].map((id) => ({ ...SUBMIT_SLOT, id }));
    const turns = slots.map((slot) =>
      submit(slot, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve()),
    );
    await Promise.all(turns);
    expect(made.told.rounds).toHaveLength(1);
    expect(made.told.records.map(({ verdict }) => verdict)).toMatchObject(
      Array(3).fill({ hold: { spent: [{ remaining: 1 }] } }),
    );
  });

  it("is not judged by a question that was under way before it", async () => {
    const left = [LEFT, short];
    const made = toy({
      takes: [TAKE],
      outcomes: [failureOf("quota", { class: "url", doubtful: false })],
      rounds: [{ kind: "ask" }, { kind: "ask" }],
      quotas: { Urls: figures() },
    });
    const { quota, ...provider } = made.account.provider;
    if (quota === undefined) throw new Error("no quota");
    const decode = (): QuotaAnswer => figures(left.shift() ?? short);
    const account = { ...made.account, provider: { ...provider, quota: { ...quota, decode } } };
    const ports = { ...made.ports, accounts: new Map([["ali", account]]) };
    const earlier = followQuota(account, false, ports);
    await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, ports, () => Promise.resolve());
    await earlier;
    expect(left).toEqual([]);
    expect(made.told.records).toMatchObject([{ verdict: { hold: { spent: [{ remaining: 1 }] } } }]);
  });
});
