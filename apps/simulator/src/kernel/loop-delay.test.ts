import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { watchLoop } from "./loop-delay.ts";

it("tells that the process was busy with something else", async () => {
  const loop = watchLoop();
  await pause(5);
  const busyUntil = performance.now() + 40;
  while (performance.now() < busyUntil);
  expect(loop.sinceTurnMs()).toBeGreaterThanOrEqual(40);
  const freeAt = performance.now();
  // A turn each: what came meanwhile is read in the first.
  await pause(5);
  await pause(5);
  expect(loop.sinceTurnMs()).toBeLessThanOrEqual(performance.now() - freeAt);
  loop.close();
});
