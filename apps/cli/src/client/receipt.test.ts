import { expect, it } from "vitest";
import { exitCodeOf } from "./conclude.ts";
import { type Receipt, readReceipt } from "./receipt.ts";
import { receiptLine, receiptText } from "./render-receipt.ts";

const FULL = {
  id: "int_1",
  op: "purge",
  state: "running",
  counts: { total: 5, duplicates: 1, pending: 3, confirmed: 1, failed: 1 },
  accounts: [{ account: "ali", counts: {} }],
  waiting: [
    { account: "ali", lane: "purge-url", reason: "quota", targets: 3, until: "2026-11-22T00:00:00.000Z" },
    {
      account: "ali",
      lane: "purge-directory",
      reason: "quota",
      targets: 1,
      until: "2026-11-22T00:00:00.000Z",
    },
  ],
  failures: [{ target: "https://a.test/x", account: "ali", code: "Denied", message: "no" }],
  priority: "urgent",
  labels: { release: "42" },
  createdBy: "shop",
  createdAt: "2026-11-21T09:00:00.000Z",
  finishedAt: null,
  lives: 2,
};

function inState(state: string): Receipt {
  return readReceipt({ ...FULL, state });
}

it("a line says how far an intent is and what it waits for, each reason once", () => {
  expect(receiptLine(readReceipt(FULL))).toBe(
    "int_1 running · 1/5 confirmed · 1 failed · waiting: quota until 2026-11-22T00:00:00.000Z",
  );
});

it("an intent that has ended waits for nothing", () => {
  expect(receiptLine(inState("partial"))).toBe("int_1 partial · 1/5 confirmed · 1 failed");
});

it("the text holds everything that the receipt says", () => {
  const text = receiptText(readReceipt(FULL));
  for (const word of [
    "urgent",
    "3 pending",
    "1 given more than once",
    "by shop",
    "release=42",
    "lives",
    "Denied",
    "ali purge-directory: 1 target · quota",
  ]) {
    expect(text).toContain(word);
  }
});

it("the short answer of a POST is a receipt too", () => {
  expect(receiptLine(readReceipt({ id: "int_2", state: "accepted", counts: { total: 2 } }))).toBe(
    "int_2 accepted · 0/2 confirmed",
  );
});

it("what is no receipt is refused", () => {
  expect(() => readReceipt({ status: "ok" })).toThrow("not a receipt");
});

it("the exit code tells the end of all", () => {
  const code = (...states: string[]) => exitCodeOf(states.map(inState));
  expect(code("confirmed", "confirmed")).toBe(0);
  for (const state of ["partial", "failed", "unconfirmed", "cancelled"])
    expect(code("confirmed", state)).toBe(1);
  expect(code("confirmed", "running")).toBe(4);
  expect(code("accepted")).toBe(4);
  expect(code("running", "failed")).toBe(1);
});
