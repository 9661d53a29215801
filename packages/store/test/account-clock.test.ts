import { StoreUnavailable } from "@purgeline/core";
import { expect, it } from "vitest";
import { accountClock, type Told } from "../src/account-clock.ts";

it("an answer that comes late takes no newer one's place", async () => {
  let at = 0;
  const late = Promise.withResolvers<Told>();
  const answers = [Promise.resolve({ nowMs: 10_000, shiftMs: 0 }), late.promise];
  const clock = accountClock(
    () => answers.shift() ?? Promise.reject(new Error("asked for too often")),
    () => at,
  );
  const bounds: string[] = [];
  const step = async (given: string) => bounds.push(given);
  await clock.run(step);
  // A second on, the next step has the time read anew; that answer takes its way.
  at = 2000;
  await clock.run(step);
  at = 2100;
  let tries = 0;
  await clock.run(async (given) => {
    tries += 1;
    // Another process has made up for a set clock.
    if (tries === 1) throw new Error("CLOCK 50000 7");
    return bounds.push(given);
  });
  late.resolve({ nowMs: 12_000, shiftMs: 0 });
  await late.promise;
  await new Promise(setImmediate);
  await clock.run(step);
  expect(tries).toBe(2);
  expect(bounds.at(-1)).toBe(" 49800 50200");
});

it.each([
  ["the time is asked for", []],
  ["a set clock is made up for", [{ nowMs: 10_000, shiftMs: 0 }]],
])("a step has not been applied where Redis goes away while %s before it", async (_, told) => {
  const answers: Told[] = [...told];
  const clock = accountClock(
    () => {
      const answer = answers.shift();
      const lost = new StoreUnavailable("no answer", { maybeApplied: true });
      return answer === undefined ? Promise.reject(lost) : Promise.resolve(answer);
    },
    () => 0,
  );
  const step = clock.run(() => Promise.reject(new Error("CLOCK 99000 0")));
  await expect(step).rejects.toMatchObject({ name: "StoreUnavailable", maybeApplied: false });
});
