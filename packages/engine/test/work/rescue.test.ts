import type { Slot, Swept, WorkStore } from "@purgeline/core";
import { describe, expect, it } from "vitest";
import { rescue } from "../../src/index.ts";
import { SUBMIT_SLOT, toy } from "./work-ports.ts";

const NOTHING: Swept = {
  slots: [],
  lapsed: [],
  unstaged: [],
  resent: 0,
  transitions: { targets: {}, elsewhere: {}, legs: [] },
};
const slot = (id: string): Slot => ({ ...SUBMIT_SLOT, id });

async function run(swept: Partial<Swept>, lostIds: readonly string[] = []) {
  const made = toy();
  const renewed: Parameters<WorkStore["renew"]>[] = [];
  const readmitted: string[] = [];
  const store: WorkStore = {
    ...made.ports.store,
    sweep: async () => ({ ...NOTHING, ...swept }),
    renew: async (...args) => {
      renewed.push(args);
      return args[2].map(({ id }) => slot(`${id}-again`));
    },
  };
  const queue = {
    ...made.ports.queue,
    lost: async (slots: readonly Slot[]) => slots.filter(({ id }) => lostIds.includes(id)),
  };
  await rescue("ali", async ({ intentId }) => void readmitted.push(intentId), {
    ...made.ports,
    store,
    queue,
  });
  return { ...made, renewed, readmitted };
}

describe("rescue", () => {
  it("queues the slots that nobody queued, and those that are minted for lost jobs", async () => {
    const { told, renewed } = await run({ slots: [slot("s1")], lapsed: [slot("s2"), slot("s3")] }, ["s3"]);
    expect(told.queued).toEqual(["s1", "s3-again"]);
    expect(renewed).toMatchObject([["ali", [{ id: "s2" }], [{ id: "s3" }]]]);
  });

  it("finishes every intent that a crash cut off", async () => {
    const head = { id: "int_1" } as Swept["unstaged"][number]["head"];
    const { readmitted, told } = await run({ unstaged: [{ intentId: "int_1", head, body: {} }] });
    expect(readmitted).toEqual(["int_1"]);
    expect(told.events).toEqual(['rescued {"slots":0,"lost":0,"attempts":0,"intents":1}']);
  });

  it("says nothing where a living process only had not queued its slot yet", async () => {
    expect((await run({ slots: [slot("s1")] })).told.events).toEqual([]);
    expect((await run({ resent: 2 })).told.events).toHaveLength(1);
  });
});
