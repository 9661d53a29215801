import type { Recorded, Seen, Slot, StateCounts, Take, TakenBatch, Verdict } from "@purgeline/core";
import type { Bundle, View } from "./bundle.ts";

export const SUBMIT = "RefreshObjectCaches";
export const POLL = "DescribeRefreshTaskById";

export const seen: Seen = { call: SUBMIT, providerDateMs: null, error: null };
export const polled: Seen = { ...seen, call: POLL };

export function urls(count: number, host = "a.example.com", from = 0): readonly string[] {
  return Array.from({ length: count }, (_, i) => `https://${host}/${from + i}`);
}

export async function counts(view: View, id: string): Promise<StateCounts> {
  const [leg] = await view.intake.legs(id);
  if (leg === undefined) throw new Error(`${id} is unknown`);
  return leg.counts;
}

/** A batch with the slot that took it and the slot that goes on. */
export interface Sealed {
  readonly slot: Slot;
  readonly batch: TakenBatch;
  readonly next: Slot | undefined;
}

export async function seal(view: View, slot: Slot | undefined): Promise<Sealed> {
  if (slot === undefined) throw new Error("no slot was minted");
  const taken = await view.work.take(slot);
  if (taken.kind !== "batch") throw new Error(`no batch, but ${JSON.stringify(taken)}`);
  return { slot, batch: taken.batch, next: taken.slots[0] };
}

/** Batches one after another, by the slots that those before left, until no slot gets one. */
export async function sealAll(view: View, first: Slot | undefined): Promise<readonly Sealed[]> {
  const all: Sealed[] = [];
  const slots = [first];
  for (let slot = slots.shift(); slot !== undefined; slot = slots.shift()) {
    const taken = await view.work.take(slot);
    if (taken.kind !== "batch") continue;
    all.push({ slot, batch: taken.batch, next: taken.slots[0] });
    slots.push(...taken.slots);
  }
  return all;
}

export async function waits(
  view: View,
  slot: Slot | undefined,
): Promise<Extract<Take, { readonly kind: "wait" }>> {
  if (slot === undefined) throw new Error("no slot was minted");
  const taken = await view.work.take(slot);
  if (taken.kind !== "wait") throw new Error(`no wait, but ${JSON.stringify(taken)}`);
  return taken;
}

/** Sends all that waits, one batch after another, each ended by `end`. */
export async function drain(store: Bundle, end: (sealed: Sealed) => Promise<Recorded>): Promise<void> {
  const slots = [await rescued(store)];
  for (let slot = slots.shift(); slot !== undefined; slot = slots.shift()) {
    const taken = await store.work.take(slot);
    if (taken.kind !== "batch") continue;
    const recorded = await end({ slot, batch: taken.batch, next: taken.slots[0] });
    slots.push(...[...taken.slots, ...recorded.slots].filter(({ kind }) => kind.for === "submit"));
  }
}

export function record(view: View, sealed: Sealed, verdict: Verdict, what: Seen = seen): Promise<Recorded> {
  return view.work.record(sealed.slot, sealed.batch, verdict, what);
}

export function finish(view: View, sealed: Sealed): Promise<Recorded> {
  return record(view, sealed, { do: "finish", rejected: [] });
}

export function accept(view: View, sealed: Sealed, ids: readonly string[] = ["1"]): Promise<Recorded> {
  const tasks = ids.map((id) => ({ call: POLL, id }));
  return record(view, sealed, { do: "accept", tasks, pollInMs: 1000, rejected: [] });
}

export const retryAtOnce: Verdict = { do: "retry", inMs: 0, resend: null, hold: null };

/** What rescue does when the queue has lost every job: the slots to be queued. */
export async function rescue(view: View): Promise<readonly Slot[]> {
  const swept = await view.work.sweep("ali");
  const minted = await view.work.renew("ali", [], swept.lapsed);
  return [...swept.slots, ...minted];
}

/** A slot that rescue mints, for use at `skewMs`: when every lease has run out, and no attempt has. */
export async function rescued(
  store: Bundle,
  skewMs = 0,
  kind: Slot["kind"]["for"] = "submit",
): Promise<Slot | undefined> {
  const slots = await rescue(store.later(skewMs + 25_000));
  return slots.find((slot) => slot.kind.for === kind);
}

export async function keys(store: Bundle, pattern = "t:{ali}:*"): Promise<readonly string[]> {
  const found = "keys" in store.connection ? await store.connection.keys(pattern) : [];
  return found.map((key) => key.slice("t:{ali}:".length)).sort();
}
