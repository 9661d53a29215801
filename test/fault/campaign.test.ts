import { expect, it } from "vitest";
import { EVERY_FAULT, runCampaign } from "./campaign/campaign.ts";
import { breachesOf } from "./campaign/judge.ts";

it("every promise is kept while processes are killed, stalled and cut off, and the provider fails", {
  timeout: 480_000,
}, async () => {
  const quick = EVERY_FAULT.filter(({ name }) => !name.includes("beyond its lock"));
  const [first, ...rest] = quick;
  if (first === undefined) throw new Error("no faults");
  const { verdict } = await runCampaign({
    seed: 7,
    seconds: 15,
    kills: 4,
    faults: [first, ...rest],
    restMs: 300,
    producers: 3,
    say: () => undefined,
  });
  expect(breachesOf(verdict)).toEqual([]);
});
