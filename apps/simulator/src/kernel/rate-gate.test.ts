import { expect, it } from "vitest";
import { toyAccount } from "../../test/toy-provider.ts";
import { createRateGate } from "./rate-gate.ts";

/** Three calls of `Work` in any second. */
const gate = () => createRateGate(() => toyAccount("a").limits);

it("counts a call for as early as it may have come, for the windows of those that follow", () => {
  const punctual = gate();
  for (const atMs of [0, 10, 20]) punctual.arrive("Work", atMs, 0);
  expect(punctual.arrive("Work", 999, 0).overRate).toBe(true);
  const late = gate();
  late.arrive("Work", 0, 5);
  for (const atMs of [10, 20]) late.arrive("Work", atMs, 0);
  expect(late.arrive("Work", 996, 0).overRate).toBe(false);
  expect(late.arrive("Work", 997, 0).overRate).toBe(true);
});
