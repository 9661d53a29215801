import type { Take } from "@purgeline/core";
import { expect, it } from "vitest";
import { submit, Turns } from "../../src/index.ts";
import { ACCEPTED, batch } from "./taken.ts";
import { NO_ITEMS, SUBMIT_SLOT, toy } from "./work-ports.ts";

/** A batch that was taken before its permit began. */
function early(leadMs: number, holdMs: number): Take {
  const taken = batch("a");
  if (taken.kind !== "batch") throw new Error("not a batch");
  return { ...taken, batch: { ...taken.batch, leadMs, holdMs } };
}

/** Sends one batch whose take lasts `takeMs`; tells when it left, ms after it was asked for. */
async function send(take: Take, { takeMs = 0, connectMs = 0 } = {}) {
  const left: number[] = [];
  const made = toy({
    takes: [],
    outcomes: [ACCEPTED],
    connecting: () => made.advance(connectMs),
    writing: () => left.push(made.ports.clock.monotonic() - begunAt),
  });
  const begunAt = made.ports.clock.monotonic();
  const asked: (number | undefined)[] = [];
  const ports = {
    ...made.ports,
    clock: { ...made.ports.clock, sleep: async (ms: number) => made.advance(ms / 2 + 0.5) },
    store: {
      ...made.ports.store,
      take: async (_: unknown, _ageMs?: number, earlyMs?: number) => {
        asked.push(earlyMs);
        made.advance(takeMs);
        return take;
      },
    },
  };
  const once = () => submit(SUBMIT_SLOT, new Turns(), NO_ITEMS, ports, () => Promise.resolve());
  await once();
  return { left, asked, once, told: made.told };
}

it("a call whose permit begins later leaves then, and not before", async () => {
  const { left } = await send(early(15, 10), { takeMs: 3 });
  expect(left[0]).toBeGreaterThanOrEqual(13);
  expect(left[0]).toBeLessThan(15);
});

it("the age of a permit that began later counts from then", async () => {
  const young = await send(early(20, 0), { takeMs: 20, connectMs: 9 });
  expect(young.told.permits).toBe(0);
  const old = await send(early(20, 0), { takeMs: 20, connectMs: 10 });
  expect(old.told.permits).toBe(1);
});

it.each([
  [7.9, 7],
  [500, 20],
])(
  "where the bytes are ready %s ms after they were asked for, the next batch is asked for %s ms early",
  async (takeMs, earlyMs) => {
    const { asked, once } = await send(batch("a"), { takeMs });
    await once();
    expect(asked).toEqual([0, earlyMs]);
  },
);
