import { type LegView, NO_COUNTS, type StateCounts } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { hasEnded, receiptOf, stateOfLegs } from "../src/read/receipt.ts";

function leg(account: string, counts: Partial<StateCounts>, more: Partial<LegView> = {}): LegView {
  return {
    account,
    head: {
      id: "int_1",
      op: "purge",
      priority: "normal",
      labels: {},
      createdBy: "shop",
      accounts: ["a", "b"],
      hosts: [],
      notBeforeMs: null,
    },
    counts: { ...NO_COUNTS, ...counts },
    duplicates: 1,
    createdAtMs: 2_000,
    finishedAtMs: null,
    lives: 1,
    waiting: [],
    failures: [],
    ...more,
  };
}

describe("a receipt", () => {
  it("adds its legs up: counts to the total, the first creation, the last end, the most lives", () => {
    const legs = [
      leg("a", { confirmed: 2 }, { createdAtMs: 1_000, finishedAtMs: 5_000 }),
      leg("b", { confirmed: 1, failed: 1 }, { finishedAtMs: 6_000, lives: 2 }),
    ] as const;
    expect(receiptOf(legs)).toMatchObject({
      state: "partial",
      counts: { total: 4, duplicates: 2, confirmed: 3, failed: 1, pending: 0 },
      createdAt: "1970-01-01T00:00:01.000Z",
      finishedAt: "1970-01-01T00:00:06.000Z",
      lives: 2,
    });
  });

  it("shows each leg's waiting, and 100 failures of all legs", () => {
    const failures = Array.from({ length: 100 }, (_, n) => ({
      target: `${n}`,
      account: "a",
      code: "c",
      message: "m",
    }));
    const waiting = [{ lane: "purge-url", targets: 3, why: { reason: "quota", untilMs: 0 } }] as const;
    const receipt = receiptOf([
      leg("a", { failed: 100 }, { failures }),
      leg("b", { pending: 3, failed: 1 }, { failures, waiting }),
    ]);
    expect(receipt.failures).toHaveLength(100);
    expect(receipt.waiting).toEqual([
      { account: "b", lane: "purge-url", reason: "quota", targets: 3, until: "1970-01-01T00:00:00.000Z" },
    ]);
  });

  it("is at no end before every leg is staged, whatever those that are there say", () => {
    expect(stateOfLegs([leg("a", { confirmed: 1 })])).toBe("running");
    expect(stateOfLegs([leg("a", { pending: 1 })])).toBe("accepted");
    expect(hasEnded([leg("a", { confirmed: 1 })])).toBe(false);
    expect(receiptOf([leg("a", { confirmed: 1 }, { finishedAtMs: 1 })]).finishedAt).toBeNull();
    expect(hasEnded([leg("a", { confirmed: 1 }), leg("b", { cancelled: 1 })])).toBe(true);
  });

  it.each([
    [{ pending: 2 }, "accepted"],
    [{ pending: 1, confirmed: 1 }, "running"],
    [{ absorbed: 1, confirmed: 1 }, "running"],
    [{ confirmed: 2 }, "confirmed"],
    [{ cancelled: 2 }, "cancelled"],
    [{ confirmed: 1, cancelled: 1 }, "partial"],
    [{ failed: 1, unconfirmed: 1 }, "failed"],
    [{ unconfirmed: 1, cancelled: 1 }, "unconfirmed"],
  ])("%j is %s", (counts, state) => {
    expect(stateOfLegs([leg("a", counts), leg("b", {})])).toBe(state);
  });
});
