import { giveDomainsBack } from "./gate.ts";
import { partOfReservation } from "./quota.ts";
import { returnWaiting } from "./ring.ts";
import type { Batch, LaneTwin, Twin } from "./state.ts";

export function halves(batch: Batch): readonly (readonly number[])[] {
  const at = batch.items.map((_, i) => i);
  const half = Math.floor(at.length / 2);
  return half === 0 ? [at] : [at.slice(0, half), at.slice(half)];
}

/** One part for each domain, in the order in which they come first. */
export function byDomain(batch: Batch): readonly (readonly number[])[] {
  if (!batch.hasDomains) return [];
  return [...Map.groupBy(batch.items.keys(), (at) => batch.items[at]?.domain).values()];
}

/** Several batches instead of one, tried at once, each with the items at these places. */
export function splitBatch(
  twin: Twin,
  lane: LaneTwin,
  batch: Batch,
  parts: readonly (readonly number[])[],
): void {
  if (batch.resend === null) giveDomainsBack(lane, batch);
  for (const part of parts) {
    twin.batches += 1;
    const items = part.flatMap((at) => batch.items[at] ?? []);
    const child: Batch = {
      ...batch,
      number: twin.batches,
      items,
      state: "retry",
      readyAt: twin.now,
      waits: null,
      reservation: partOfReservation(batch, items.length),
      spentAt: null,
      asks: [],
      isPart: true,
    };
    twin.byNumber.set(child.number, child);
    lane.retry.set(child.number, twin.now);
    for (const { entry } of items) {
      entry.batch = child;
      if (lane.limits.resendAfterMs > 0) lane.out.set(entry.id, child.number);
    }
  }
  returnWaiting(lane, batch.number);
  lane.retry.delete(batch.number);
  lane.sending.delete(batch.number);
  batch.state = "ended";
}
