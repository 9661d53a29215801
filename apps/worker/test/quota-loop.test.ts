import { expect, it } from "vitest";
import { untilStopped } from "../src/quota-loop.ts";
import { systemClock } from "../src/system-clock.ts";

/** A turn's pause, or what it fails with; the loop is stopped in the sleep after the last one. */
async function loop(...turns: readonly (number | Error)[]) {
  const stop = new AbortController();
  const told = { starts: [] as boolean[], sleeps: [] as number[], faults: [] as unknown[], turned: 0 };
  const left = [...turns];
  const turn = async (isStart: boolean): Promise<number> => {
    told.starts.push(isStart);
    const next = left.shift() ?? 0;
    if (next instanceof Error) throw next;
    return next;
  };
  const sleep = async (ms: number): Promise<void> => {
    told.sleeps.push(ms);
    if (left.length === 0) stop.abort();
  };
  const ports = { clock: { ...systemClock, sleep }, stopping: stop.signal };
  await untilStopped(
    turn,
    ports,
    () => {
      told.turned += 1;
    },
    (error) => told.faults.push(error),
  );
  return told;
}

it("the loop starts once, and pauses for as long as each turn asks", async () => {
  expect(await loop(0, 180, 5000)).toEqual({
    starts: [true, false, false],
    sleeps: [0, 180, 5000],
    faults: [],
    turned: 3,
  });
});

it("a turn that fails is told, and is the same again after a second", async () => {
  const away = new Error("away");
  expect(await loop(away, 0, away, 5000)).toEqual({
    starts: [true, true, false, false],
    sleeps: [1000, 0, 1000, 5000],
    faults: [away, away],
    turned: 4,
  });
});

it("a process that stops ends the pause, however long it is", async () => {
  const stop = new AbortController();
  const ended = untilStopped(
    async () => 3_600_000,
    { clock: systemClock, stopping: stop.signal },
    // While it sleeps.
    () => void setImmediate(() => stop.abort()),
    () => undefined,
  );
  await expect(ended).resolves.toBeUndefined();
});
