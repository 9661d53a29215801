import { expect, it } from "vitest";
import { submit, Turns } from "../../src/index.ts";
import { ACCEPTED, batch } from "./taken.ts";
import { NO_ITEMS, SUBMIT_SLOT, toy } from "./work-ports.ts";

it.each([
  ["left in time", { connecting: [0], writing: [0] }, []],
  ["left just in time", { connecting: [9], writing: [1] }, []],
  // Stopped by the machine between the look at the clock and the first byte.
  ["left 31 ms after the look at its permit", { connecting: [9], writing: [31] }, [30]],
  // 40 ms were too many, so 80 are allowed; 3 are needed, and 10 are always booked.
  ["was allowed much more time than it took", { connecting: [40, 3], writing: [0] }, [-70]],
  ["was allowed more time than it took", { connecting: [12, 18], writing: [0] }, [-6]],
  ["was allowed a little more time than it took", { connecting: [12, 20], writing: [0] }, []],
])("the gate hears when a call %s", async (_, { connecting, writing }, rebooked) => {
  const waits = { connecting: [...connecting], writing: [...writing] };
  const made = toy({
    takes: [batch("a")],
    outcomes: [ACCEPTED],
    connecting: () => made.advance(waits.connecting.shift() ?? 0),
    writing: () => made.advance(waits.writing.shift() ?? 0),
  });
  await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
  expect(made.told.sent).toEqual(["a"]);
  expect(made.told.rebooked).toEqual(rebooked);
});

it.each([
  ["its first permit", [0], 0],
  ["its second one, where the first went stale", [40, 3], 1],
])("an answer is recorded with the time of %s", async (_, waits, grantedAtMs) => {
  const connecting = [...waits];
  const made = toy({
    takes: [batch("a")],
    outcomes: [ACCEPTED],
    connecting: () => made.advance(connecting.shift() ?? 0),
  });
  await submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, made.ports, () => Promise.resolve());
  expect(made.told.records).toMatchObject([{ verdict: { do: "accept" }, grantedAtMs }]);
});
