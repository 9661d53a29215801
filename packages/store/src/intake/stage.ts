import {
  type IntentHead,
  type Json,
  type Lane,
  type LegPlan,
  type PlannedLane,
  type Slot,
  type Staged,
  StoreUnavailable,
  stableJson,
} from "@purgeline/core";
import { type Context, script } from "../context.ts";
import { coversOf } from "../covers.ts";
import { digests } from "../digest.ts";
import { domainRuns } from "../runs.ts";
import { kinded, number } from "../script.ts";
import { slotsIn } from "../slots.ts";
import { movedOf } from "../work/record.ts";
import type { InTurn } from "./heavy-chunks.ts";

/** Positions are chunk × 1,000 + place: a chunk is one lane's, and one script call. */
const CHUNK = 1000;
/** A staging that has said nothing for so long was cut off. */
const RESCUE_AFTER_MS = 10_000;

/** In the place of a body that Redis has: ten chunks would carry the same megabyte ten times. */
const LEG_STANDS = ".";

interface Chunk {
  readonly lane: PlannedLane;
  readonly from: number;
}

export async function stage(
  context: Context,
  head: IntentHead,
  leg: LegPlan,
  body: Json | null,
  inTurn: InTurn,
): Promise<Staged> {
  const chunks = leg.lanes.flatMap(chunksOf);
  const total = leg.lanes.reduce((sum, lane) => sum + lane.targets.length, 0);
  const legArgs = [
    head.id,
    JSON.stringify(head),
    total,
    leg.duplicates,
    chunks.length,
    context.intentsMs,
    context.maxPendingTargets,
  ];
  const kept = body === null ? "" : JSON.stringify(body);
  const argsWith = (text: string) => [...legArgs, text, RESCUE_AFTER_MS, head.notBeforeMs ?? 0];
  const slots: Slot[] = [];
  const merged: Partial<Record<Lane, number>> = {};
  const { lanes } = context.account(leg.account).limits;
  // What may cover others first, so that they find it: a chunk's number, and so its positions, stay what they are.
  const inOrder = [...chunks.entries()].sort(
    ([, a], [, b]) =>
      Number(lanes[a.lane.lane]?.covers === undefined) - Number(lanes[b.lane.lane]?.covers === undefined),
  );
  let createdAtMs = 0;
  for (const [step, [index, chunk]] of inOrder.entries()) {
    const size = Math.min(CHUNK, chunk.lane.targets.length - chunk.from);
    const run = async (text: string) =>
      kinded(
        await inTurn(size, () => runChunk(context, head, leg.account, argsWith(text), index, chunk)),
        "stage",
      );
    const { kind, rest } = await (step === 0 ? run(kept) : runNext(run, kept).catch(partlyApplied));
    if (kind === "backlog") return { kind: "backlog", pending: number(rest[0], "stage") };
    createdAtMs = number(rest[0], "stage");
    merged[chunk.lane.lane] = (merged[chunk.lane.lane] ?? 0) + number(rest[1], "stage");
    context.onMoved?.(leg.account, movedOf(rest[3], rest[4], "stage"));
    slots.push(...slotsIn(leg.account, rest[2], "stage"));
  }
  return { kind: "staged", createdAtMs, slots, merged };
}

type Answer = ReturnType<typeof kinded>;

/** The body came with the first chunk; it comes again where a failover has lost that, or the leg has had its time. */
async function runNext(run: (text: string) => Promise<Answer>, kept: string): Promise<Answer> {
  const answer = await run(LEG_STANDS);
  return answer.kind === "gone" ? await run(kept) : answer;
}

/** The leg stands with its first chunk: rescue finishes it from the body, whatever became of a later chunk. */
function partlyApplied(error: unknown): never {
  if (!(error instanceof StoreUnavailable)) throw error;
  throw new StoreUnavailable(error.message, { maybeApplied: true, cause: error.cause });
}

function chunksOf(lane: PlannedLane): readonly Chunk[] {
  const count = Math.ceil(lane.targets.length / CHUNK);
  return Array.from({ length: count }, (_, i) => ({ lane, from: i * CHUNK }));
}

function runChunk(
  context: Context,
  head: IntentHead,
  account: string,
  legArgs: readonly (string | number)[],
  index: number,
  chunk: Chunk,
): Promise<unknown> {
  const targets = chunk.lane.targets.slice(chunk.from, chunk.from + CHUNK);
  const keys = targets.map((target) => target.key);
  const covers = coversOf(chunk.lane.lane, keys);
  return context.run(
    script("stage"),
    account,
    ...legArgs,
    index,
    chunk.lane.lane,
    head.priority === "urgent" ? "u" : "n",
    head.createdBy,
    stableJson(chunk.lane.options),
    digests(keys),
    domainRuns(targets.map((target) => target.domain)),
    covers.digests,
    covers.lists,
    head.afterIntent ?? "",
    ...targets.map((target) => target.text),
  );
}
