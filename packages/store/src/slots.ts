import { LANES, type Lane, type Slot } from "@purgeline/core";
import { list, text } from "./script.ts";

const LANE_NAMES: ReadonlySet<string> = new Set(LANES);

function isLane(owner: string): owner is Lane {
  return LANE_NAMES.has(owner);
}

/** A slot by its id `<owner>.<number>`; owners are lanes and, for polls, calls. */
export function slotOf(account: string, id: string): Slot {
  const owner = id.slice(0, id.lastIndexOf("."));
  return { id, account, kind: isLane(owner) ? { for: "submit", lane: owner } : { for: "poll", call: owner } };
}

/** What scripts answer where they may mint a slot: its id, or "". */
export function slotsOf(account: string, ...ids: readonly string[]): readonly Slot[] {
  return ids.filter((id) => id !== "").map((id) => slotOf(account, id));
}

/** A list of them. */
export function slotsIn(account: string, reply: unknown, where: string): readonly Slot[] {
  return list(reply, where).map((id) => slotOf(account, text(id, where)));
}

/** `owner, slot, owner, slot, …` */
export function slotPairs(account: string, reply: unknown, where: string): readonly Slot[] {
  return list(reply, where)
    .filter((_, i) => i % 2 === 1)
    .map((id) => slotOf(account, text(id, where)));
}

export function ownerOf(slot: Slot): string {
  return slot.kind.for === "submit" ? slot.kind.lane : slot.kind.call;
}

export function laneNamed(name: string): Lane {
  if (!isLane(name)) throw new Error(`store: ${JSON.stringify(name)} is not a lane`);
  return name;
}
