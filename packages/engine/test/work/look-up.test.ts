import type { ClaimedPolls, DueLookup, Listing, LookupAnswer, Provider } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { poll, rememberItems, Turns } from "../../src/index.ts";
import { failureOf, type Given, POLL_SLOT, type Toy, toy } from "./work-ports.ts";

const NOW = 1_000_000;
const DATE = { date: new Date(NOW).toUTCString() };

function due(ref: string, more: Partial<DueLookup> = {}): DueLookup {
  return {
    ref,
    batch: `bat_${ref}`,
    attempt: 1,
    sentAtMs: NOW - 9000,
    missedAtMs: NOW - 5000,
    ageMs: 9000,
    ...more,
  };
}

function rowsOf(items: readonly string[], createdAtMs = NOW - 8000): LookupAnswer {
  const rows = items.map((item) => ({ item, taskId: "t1", createdAtMs, task: { call: "Ask", id: "t1" } }));
  return { kind: "listed", rows, next: null, requestId: null };
}

interface Run extends Toy {
  readonly listings: readonly Listing[];
}

/** Looks these up; `answers`: what each listing is answered with, by turns, the last one for ever. */
async function run(
  lookups: readonly [DueLookup, ...DueLookup[]],
  answers: readonly LookupAnswer[],
  given: Given & { readonly skewMs?: number | null; readonly noCodec?: true } = {},
): Promise<Run> {
  const claim: ClaimedPolls = {
    kind: "lookups",
    lane: "purge-url",
    options: {},
    lookups,
    skewMs: given.skewMs === undefined ? 0 : given.skewMs,
    slots: [],
    grantedAtMs: NOW,
  };
  const made = toy({ polls: [claim], items: ["a", "b"], headers: DATE, ...given });
  const listings: Listing[] = [];
  const left = [...answers];
  const codec: Provider["lookup"] = {
    encode(listing) {
      listings.push(listing);
      return { method: "GET", url: "https://toy.test/list", headers: {}, body: null };
    },
    decode: () => (left.length > 1 ? left.shift() : left[0]) ?? failureOf("ambiguous"),
  };
  const account = {
    ...made.account,
    provider: { ...made.account.provider, ...(given.noCodec ? {} : { lookup: codec }) },
  };
  const ports = { ...made.ports, accounts: new Map([["ali", account]]) };
  await poll(POLL_SLOT, new Turns(), rememberItems(ports.store), ports, async () => undefined);
  return { ...made, listings };
}

describe("a look-up", () => {
  it("asks for the time of all attempts with one listing, and settles each by what it names", async () => {
    const lookups = [due("1"), due("2", { sentAtMs: NOW - 7000, missedAtMs: NOW - 4000 })] as const;
    const { told, listings } = await run(lookups, [rowsOf(["a", "b"])]);
    expect(listings).toEqual([{ lane: "purge-url", options: {}, fromMs: NOW - 11_000, untilMs: NOW - 2000 }]);
    expect(told.lookedUp).toMatchObject([
      { lookup: { ref: "1" }, told: true, candidates: [{ index: 0, taskId: "t1" }, { index: 1 }] },
      // Made before the second attempt began.
      { lookup: { ref: "2" }, told: true, candidates: [] },
    ]);
    expect(told.events).toEqual(["polled 2 listed", "adopted bat_1 2 found"]);
  });

  it("reads all pages before it settles anything, each with a permit of its own", async () => {
    const first: LookupAnswer = {
      ...(rowsOf(["a"]) as Extract<LookupAnswer, { kind: "listed" }>),
      next: { page: 2 },
    };
    const { told, listings } = await run([due("1")], [first, rowsOf(["b"])]);
    expect(listings.map(({ state }) => state)).toEqual([undefined, { page: 2 }]);
    expect(told.permits).toBe(1);
    expect(told.putOff).toEqual([{ ids: ["1"], inMs: 20_000, hold: null }]);
    expect(told.lookedUp.map(({ candidates }) => candidates.map(({ index }) => index))).toEqual([[0, 1]]);
  });

  it("keeps its question while it reads a long list", async () => {
    const page: LookupAnswer = {
      ...(rowsOf(["a"]) as Extract<LookupAnswer, { kind: "listed" }>),
      next: { page: 2 },
    };
    const { told } = await run([due("1")], [page, page, page, rowsOf(["b"])], {
      permitWaits: [2000, 2000, 2000],
    });
    const kept = { ids: ["1"], inMs: 20_000, hold: null };
    expect(told.putOff).toEqual([kept, kept]);
  });

  it("settles nothing by half a list", async () => {
    const first: LookupAnswer = {
      ...(rowsOf(["a"]) as Extract<LookupAnswer, { kind: "listed" }>),
      next: { page: 2 },
    };
    const { told } = await run([due("1")], [first, failureOf("transient")]);
    expect(told.lookedUp).toEqual([]);
    expect(told.putOff.at(-1)).toMatchObject({ ids: ["1"] });
  });

  it.each(["throttled", "transient", "ambiguous"] as const)(
    "asks again for a later page that is %s, keeps its question meanwhile, and reads none twice",
    async (kind) => {
      const first: LookupAnswer = {
        ...(rowsOf(["a"]) as Extract<LookupAnswer, { kind: "listed" }>),
        next: { page: 2 },
      };
      const { told, listings } = await run([due("1")], [first, failureOf(kind), rowsOf(["b"])]);
      expect(listings.map(({ state }) => state)).toEqual([undefined, { page: 2 }, { page: 2 }]);
      expect(told.putOff).toMatchObject([
        { ids: ["1"], inMs: 20_000, hold: null },
        { ids: ["1"], inMs: 20_000 },
      ]);
      expect(told.lookedUp.map(({ candidates }) => candidates.map(({ index }) => index))).toEqual([[0, 1]]);
    },
  );

  it.each(["transient", "ambiguous", "throttled", "auth"] as const)(
    "waits while the query is %s",
    async (kind) => {
      const { told } = await run([due("1"), due("2")], [failureOf(kind)]);
      expect(told.lookedUp).toEqual([]);
      expect(told.putOff).toMatchObject([{ ids: ["1", "2"] }]);
    },
  );

  it.each(["refused", "poisoned"] as const)(
    "does not wait for a list that is %s: it sends again",
    async (kind) => {
      const { told } = await run([due("1")], [failureOf(kind)]);
      expect(told.lookedUp).toMatchObject([{ told: false, candidates: [] }]);
    },
  );

  it("gives up with the batch, and lets its next sending decide", async () => {
    const { told } = await run([due("1", { ageMs: 60_000 }), due("2")], [failureOf("transient")]);
    expect(told.lookedUp).toMatchObject([{ lookup: { ref: "1" }, told: false }]);
    expect(told.putOff).toMatchObject([{ ids: ["2"] }]);
  });

  it("that this program cannot make sends again", async () => {
    const { told } = await run([due("1")], [], { noCodec: true });
    expect(told.sent).toEqual([]);
    expect(told.lookedUp).toMatchObject([{ told: false, candidates: [] }]);
  });
});

describe("the provider's clock", () => {
  const HOUR = 3_600_000;

  it("that nobody has heard of is told by the list's own reply, and the list is asked for anew", async () => {
    const headers = { date: new Date(NOW + HOUR).toUTCString() };
    const { told, listings } = await run([due("1")], [rowsOf([]), rowsOf(["a", "b"], NOW + HOUR - 8000)], {
      skewMs: null,
      headers,
    });
    expect(listings.map(({ fromMs }) => fromMs)).toEqual([NOW - 11_000, NOW + HOUR - 11_000]);
    expect(told.lookedUp).toMatchObject([{ candidates: [{ createdAtMs: NOW - 8000 }, { index: 1 }] }]);
  });

  it("that nobody tells is no ground to adopt anything on", async () => {
    const { told } = await run([due("1")], [rowsOf(["a", "b"])], { skewMs: null, headers: {} });
    expect(told.lookedUp).toMatchObject([{ told: true, candidates: [] }]);
  });

  it("that was set back is not trusted: what is in doubt is sent again", async () => {
    const { told } = await run([due("1")], [rowsOf(["a", "b"])], { skewMs: HOUR });
    expect(told.lookedUp).toMatchObject([{ told: true, candidates: [] }]);
  });
});
