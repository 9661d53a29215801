import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountsYaml } from "./crash-points/accounts.ts";
import type { Side } from "./crash-points/outside.ts";
import { startProcess } from "./crash-points/process.ts";
import { purge, urls } from "./crash-points/scenarios.ts";
import { stalledAt, succeeded } from "./crash-points/stalled.ts";
import { acceptedBy } from "./crash-points/trial.ts";
import { openWorld, type World } from "./crash-points/world.ts";

const CALL = "RefreshObjectCaches";
/** Where a lost answer is looked up. */
const LIST = "DescribeRefreshTasks";

let world: World;
beforeAll(async () => {
  world = await openWorld(accountsYaml(["ali"]));
});
beforeEach(() => world.reset());
afterAll(() => world.close());

async function posted(): Promise<string> {
  const [url = ""] = urls("ali", `late-${world.nowMs()}`, 1);
  return (
    await acceptedBy(
      world,
      startProcess(world, () => undefined),
      { body: purge([url]) },
    )
  ).intentId;
}

async function stateOf(intentId: string): Promise<string | undefined> {
  return (await world.store.targets(intentId, { state: null, cursor: null, limit: 1 })).items[0]?.state;
}

async function unitsBooked(): Promise<number> {
  const [account] = await world.store.accounts();
  const url = account?.quotas.find((each) => each.class === "url");
  return (url?.used ?? 0) + (url?.reserved ?? 0);
}

interface Moment {
  readonly moment: string;
  readonly at: { readonly name: string; readonly side: Side } | null;
}

/** Until the successor's poll begins, and after everything. */
const MOMENTS: readonly Moment[] = [
  { moment: "while its successor's call is in flight", at: { name: "store.record", side: "before" } },
  { moment: "after its successor's record", at: { name: "store.record", side: "after" } },
  { moment: "when the purge has ended", at: null },
];

describe("the answer that a stalled worker records", () => {
  const ANSWERS = [
    { answer: "a refusal", fault: { kind: "code", code: "MissingParameter" } },
    { answer: "a task of its own", fault: null },
  ] as const;
  const rows = MOMENTS.flatMap((moment) => ANSWERS.map((answer) => ({ ...moment, ...answer })));

  it.each(rows)("$moment, $answer, changes nothing", async ({ at, fault }) => {
    const intentId = await posted();
    if (fault !== null) world.simulators.faults.add({ ...fault, call: CALL, times: 1 });
    // A successor that found the call in the list would not send: there would be no attempt to lose against.
    if (at !== null) world.simulators.faults.add({ kind: "late-list", ms: 600_000, call: LIST });
    const stalled = await stalledAt(world, "store.record", "submit");
    const wake = async (): Promise<void> => {
      const before = [await stateOf(intentId), await unitsBooked()];
      await stalled.wake();
      expect([await stateOf(intentId), await unitsBooked()]).toEqual(before);
    };
    await succeeded(world, at === null ? null : { ...at, act: wake });
    if (at === null) await wake();
    expect(await stateOf(intentId)).toBe("confirmed");
    expect(stalled.process.faults).toEqual([]);
  });
});

describe("the end that a stalled worker settles", () => {
  const MOMENTS_OF_A_NEW_LIFE: readonly Moment[] = [
    { moment: "before its new batch is sealed", at: { name: "store.take", side: "before" } },
    { moment: "while its new batch is in flight", at: { name: "store.record", side: "before" } },
    { moment: "while its new batch is polled", at: { name: "store.settle", side: "before" } },
    { moment: "when its new life has ended", at: null },
  ];

  it.each(MOMENTS_OF_A_NEW_LIFE)(
    "of a target that was retried since, $moment, changes nothing",
    async ({ at }) => {
      const intentId = await posted();
      world.simulators.faults.add({ kind: "fail-items", call: CALL, times: 1 });
      const stalled = await stalledAt(world, "store.settle", "poll");
      await succeeded(world, null);
      expect(await stateOf(intentId)).toBe("failed");
      expect(await startProcess(world, () => undefined).retry(intentId)).toBe(1);
      const wake = async (): Promise<void> => {
        const before = await stateOf(intentId);
        await stalled.wake();
        expect(await stateOf(intentId)).toBe(before);
      };
      await succeeded(world, at === null ? null : { ...at, act: wake });
      if (at === null) await wake();
      expect(await stateOf(intentId)).toBe("confirmed");
      expect(stalled.process.faults).toEqual([]);
    },
  );
});
