import { type Outcome, StoreUnavailable, type Take } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { submit, Turns } from "../../src/index.ts";
import { batchOf, failureOf, NO_ITEMS, SUBMIT_SLOT, type Toy, toy } from "./work-ports.ts";

const DONE: Outcome = { kind: "done", rejected: [], requestId: null };
const TAKE: Take = {
  kind: "batch",
  batch: batchOf(["a"]),
  sealed: 1,
  moved: { elsewhere: {}, legs: [] },
  slots: [{ ...SUBMIT_SLOT, id: "s2" }],
  pending: 0,
};

function carry({ ports }: Toy, change: Partial<Toy["ports"]>) {
  return submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, { ...ports, ...change }, () => Promise.resolve());
}

describe("what the provider said is kept", () => {
  const away = new StoreUnavailable("away", { maybeApplied: true });

  it("through a store that is away for a moment: the call is not made again", async () => {
    const made = toy({ takes: [TAKE], outcomes: [DONE] });
    let failures = 2;
    const record: Toy["ports"]["store"]["record"] = (...args) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(away) : made.ports.store.record(...args);
    };
    await carry(made, { store: { ...made.ports.store, record } });
    expect(made.told.sent).toEqual(["a"]);
    expect(made.told.records).toMatchObject([{ verdict: { do: "finish" } }]);
  });

  it("no longer than the slot's lease, and never through a bug", async () => {
    for (const [error, tries] of [
      [away, 61],
      [new Error("a bug"), 1],
    ] as const) {
      const made = toy({ takes: [TAKE], outcomes: [DONE] });
      let count = 0;
      const record = (): Promise<never> => {
        count += 1;
        return Promise.reject(error);
      };
      await expect(carry(made, { store: { ...made.ports.store, record } })).rejects.toBe(error);
      // 15 s at one try in 250 ms, and the first.
      expect(count).toBe(tries);
    }
  });
});

it("a queue that takes no jobs does not stop the call: rescue queues them, and it is told", async () => {
  const made = toy({ takes: [TAKE], outcomes: [DONE] });
  const add = (): Promise<never> => Promise.reject(new Error("away"));
  const end = await carry(made, { queue: { ...made.ports.queue, add } });
  expect(end).toMatchObject({ kind: "done" });
  expect(made.told.sent).toEqual(["a"]);
  expect(made.told.records).toHaveLength(1);
  expect(made.told.events).toContain("unqueued s2");
});

it("a call is signed again by the provider's clock, not by one that was refused", async () => {
  const date = "Sat, 21 Nov 2026 09:00:00 GMT";
  const stale = failureOf("auth", { resign: true });
  const made = toy({ takes: [TAKE], outcomes: [stale, DONE], headers: { date } });
  const signedAt: number[] = [];
  const { provider } = made.account;
  const account = {
    ...made.account,
    provider: {
      ...provider,
      encode: (...[content, context]: Parameters<typeof provider.encode>) => {
        signedAt.push(context.nowMs);
        return provider.encode(content, context);
      },
    },
  };
  const hostMs = made.ports.clock.now();
  await carry(made, { accounts: new Map([["ali", account]]) });
  expect(signedAt).toEqual([hostMs, Date.parse(date)]);
});
