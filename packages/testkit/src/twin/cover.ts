import type { Batch, Entry, LaneTwin, Twin } from "./state.ts";

/** The lane whose purges cover those of this one; null: there is none. */
function coveringLane(twin: Twin, lane: LaneTwin): LaneTwin | null {
  const [by] = lane.limits.coveredBy ?? [];
  return by === undefined ? null : (twin.lanes.get(by.lane) ?? null);
}

/** The directories that a text lies in, or is, the widest first. */
function placesOf(text: string): readonly string[] {
  const places: string[] = [];
  for (let at = text.indexOf("/", "https://".length); at !== -1; at = text.indexOf("/", at + 1))
    places.push(text.slice(0, at + 1));
  return places;
}

/**
 * What takes the key in: wider work that waits and has quota, or was sealed after everyone had asked for the key, who
 * all did so by `askedAt`. (All directories of a walk have the widest options.)
 */
export function rootOf(
  twin: Twin,
  lane: LaneTwin,
  text: string,
  self: Entry | null,
  askedAt: number,
): Entry | null {
  const wide = coveringLane(twin, lane);
  if (wide === null) return null;
  const isHolder = self !== null && lane.holders.has(self);
  for (const place of placesOf(text)) {
    for (const root of wide.roots.get(place) ?? []) {
      if (root === self) continue;
      if (isPending(root)) {
        if (wide.spentUntil <= twin.now) return root;
      } else if (!isHolder && isSealedSince(root, askedAt)) return root;
    }
  }
  return null;
}

function isPending(root: Entry): boolean {
  return root.interests[0]?.state === "pending";
}

function isSealedSince({ interests, batch }: Entry, askedAt: number): boolean {
  const carried = ["sealed", "submitted", "confirmed"].includes(interests[0]?.state ?? "failed");
  const sent: Batch | null = carried ? batch : null;
  return sent !== null && sent.waits !== "quota" && sent.seal > askedAt;
}

/** When the last of those who want the key asked, by the account's count of stagings and seals. */
export function askedAt(entry: Entry): number {
  return Math.max(...entry.interests.map(({ intent }) => intent.clock));
}

export function isCoverable(twin: Twin, lane: LaneTwin): boolean {
  return (coveringLane(twin, lane)?.roots.size ?? 0) > 0;
}

/** Lanes that this one may cover in which something waits. */
export function waitingNarrow(twin: Twin, lane: LaneTwin): readonly LaneTwin[] {
  const lanes = (lane.limits.covers ?? []).flatMap((name) => twin.lanes.get(name) ?? []);
  return lanes.filter(({ keys }) => keys.size > 0);
}

/** New work that may cover other work; what waited before it is looked through for it by the next sweep. */
export function addRoots(lane: LaneTwin, entries: readonly Entry[], narrow: readonly LaneTwin[]): void {
  if (lane.limits.covers === undefined || entries.length === 0) return;
  for (const entry of entries) lane.roots.set(entry.text, [...(lane.roots.get(entry.text) ?? []), entry]);
  for (const each of narrow) each.looks = each.looks === "no" ? "once" : "again";
}

export function dropRoot(lane: LaneTwin, entry: Entry): void {
  const left = (lane.roots.get(entry.text) ?? []).filter((each) => each !== entry);
  if (left.length === 0) lane.roots.delete(entry.text);
  else lane.roots.set(entry.text, left);
}

/** Whether anything that the lane may cover is still looked through for it. */
export function isAwaited(twin: Twin, lane: LaneTwin): boolean {
  return (lane.limits.covers ?? []).some((name) => (twin.lanes.get(name)?.looks ?? "no") !== "no");
}
