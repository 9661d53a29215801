import { expect, it } from "vitest";
import { planText } from "./render-plan.ts";

const leg = {
  account: "ali",
  targets: 1202,
  duplicates: 2,
  keys: 1200,
  absorbed: 100,
  calls: 2,
  lanes: [
    {
      lane: "purge-url",
      call: "RefreshObjectCaches",
      keys: 1200,
      absorbed: 100,
      calls: 2,
      ahead: 7,
    },
  ],
  quotas: [
    {
      quota: "url",
      units: 1100,
      before: 1000,
      after: 0,
      later: 100,
      resetsAt: "2026-11-21T16:00:00.000Z",
    },
  ],
  eta: "2026-11-21T16:00:11.000Z",
  paused: false,
  stopped: false,
};

it("a plan says what is sent, what it takes of the day, what waits for another, and when it is through", () => {
  expect(planText({ op: "purge", accounts: [leg] })).toBe(
    "ali: purge · 1200 targets (2 given more than once) (100 absorbed) · 2 calls · sent by about 2026-11-21T16:00:11.000Z\n" +
      "  purge-url  1200 targets (100 absorbed)  2 × RefreshObjectCaches  behind 7 that wait\n" +
      "  quota url  1100 units  1000 left today, then 0  100 wait for 2026-11-21T16:00:00.000Z or later\n",
  );
});

it("one of a thing is one, not ones", () => {
  const [lane] = leg.lanes;
  const [quota] = leg.quotas;
  const single = {
    ...leg,
    duplicates: 0,
    keys: 1,
    absorbed: 0,
    calls: 1,
    lanes: [{ ...lane, keys: 1, absorbed: 0, calls: 1, ahead: 1 }],
    quotas: [{ ...quota, units: 1, before: 0, after: 0, later: 1 }],
  };
  expect(planText({ op: "purge", accounts: [single] })).toBe(
    "ali: purge · 1 target · 1 call · sent by about 2026-11-21T16:00:11.000Z\n" +
      "  purge-url  1 target  1 × RefreshObjectCaches  behind 1 that waits\n" +
      "  quota url  1 unit  0 left today, then 0  1 waits for 2026-11-21T16:00:00.000Z or later\n",
  );
});

it("what does not go out by itself says why", () => {
  const quiet = { ...leg, lanes: [], quotas: [], calls: 1, eta: null };
  expect(planText({ op: "purge", accounts: [{ ...quiet, paused: true }] })).toMatch(/1 call · paused$/m);
  expect(planText({ op: "purge", accounts: [{ ...quiet, stopped: true }] })).toMatch(/· stopped$/m);
  expect(planText({ op: "purge", accounts: [quiet] })).toMatch(/· not sent within a year$/m);
});

it("the prefetch after a purge stands after it", () => {
  // biome-ignore lint/suspicious/noThenProperty: the contract's name
  const said = planText({ op: "purge", accounts: [leg], then: { op: "prefetch", accounts: [leg] } });
  expect(said).toMatch(/^ali: purge [\s\S]*^ali: then prefetch /m);
});
