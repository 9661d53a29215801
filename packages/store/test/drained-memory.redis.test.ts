import type { Rejected } from "@purgeline/core";
import { afterEach, expect, it } from "vitest";
import { type Bundle, bundle, limitsWith } from "./bundle.ts";
import {
  confirmAll,
  endHistory,
  type Flood,
  sendFlood,
  settleFlood,
  stageFlood,
  usedMemory,
} from "./flood.ts";

/** The promise is made for a million; what leaks shows in fewer, too. Intents of one target take a hundred times as long. */
const targetsOf = (targetsEach: number): number =>
  Number(process.env.PURGELINE_DRAIN_TARGETS ?? (targetsEach === 1 ? 5_000 : 20_000));
/** Each of one target takes 2.4 KB: a million would not tell more. */
const MOST_INTENTS = 100_000;
const MB = 1024 * 1024;
/** What may seem to be left of a target, 1 MB at most: Redis's own tables and buffers, some 0.1 MB. */
const LEFT_BYTES = 50;

let store: Bundle;
afterEach(() => store.close());

/** Bytes in use at each stage, less those before the flood. */
interface Figures {
  readonly pending: number;
  readonly submitted: number;
  readonly ended: number;
  readonly forgotten: number;
}

async function measure(flood: Flood, endedOf: (size: number) => readonly Rejected[]): Promise<Figures> {
  const limits = limitsWith({}, 100_000_000);
  store = await bundle({ limits, maxPendingTargets: 100_000_000, intentsMs: 7 * 86_400_000 });
  // Redis knows the scripts, and the account has done work before.
  await store.stage("int_before", ["https://www.example.com/before"]);
  await settleFlood(store, await sendFlood(store), confirmAll);
  const start = await usedMemory(store);
  const grown = async (): Promise<number> => (await usedMemory(store)) - start;
  await stageFlood(store, flood);
  const pending = await grown();
  const sizes = await sendFlood(store);
  const submitted = await grown();
  await settleFlood(store, sizes, endedOf);
  const ended = await grown();
  expect(await store.connection.hget("t:{ali}:account", "pending")).toBe("0");
  const [leg] = await store.intake.legs(`int_flood_${flood.intents - 1}`);
  expect(leg?.finishedAtMs).not.toBeNull();
  await endHistory(store);
  return { pending, submitted, ended, forgotten: await grown() };
}

/** For docs/reliability.md, where the number of targets was asked for. */
function tell({ intents, targetsEach }: Flood, figures: Figures): void {
  if (process.env.PURGELINE_DRAIN_TARGETS === undefined) return;
  const targets = intents * targetsEach;
  const shown = Object.entries(figures).map(
    ([stage, bytes]) => `${stage} ${(bytes / MB).toFixed(1)} MB, ${(bytes / targets).toFixed(0)} B a target`,
  );
  process.stdout.write(`${intents} × ${targetsEach}: ${shown.join("; ")}\n`);
}

/** Every message another one: nothing could be stored once for many. */
function failAll(size: number): readonly Rejected[] {
  return Array.from({ length: size }, (_, index) => ({
    index,
    end: "failed",
    code: "OriginTimeout",
    message: `${index} `.padEnd(300, "words "),
  }));
}

it.each<[string, number, (size: number) => readonly Rejected[]]>([
  ["intents of 10,000 targets", 10_000, confirmAll],
  ["intents of one target", 1, confirmAll],
  ["intents of one target that fails with a long message", 1, failAll],
  ["targets that fail with long messages", 10_000, failAll],
])(
  "%s are drained: memory is back but for the history, and without that all of it",
  {
    timeout: 1_800_000,
  },
  async (_what, targetsEach, endedOf) => {
    const targets = targetsOf(targetsEach);
    const flood = { intents: Math.min(Math.ceil(targets / targetsEach), MOST_INTENTS), targetsEach };
    const figures = await measure(flood, endedOf);
    tell(flood, figures);
    expect(figures.pending).toBeGreaterThan(2 * MB);
    expect(figures.forgotten).toBeLessThan(Math.min(MB, LEFT_BYTES * targets));
  },
);
