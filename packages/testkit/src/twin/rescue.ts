import { sweepCovers } from "./absorb.ts";
import { settleReservation } from "./quota.ts";
import { freeRested } from "./ring.ts";
import { batchOf, byScore, type Intent, type LaneTwin, type Twin } from "./state.ts";

const LEASE_MS = 20_000;
/** That one sweep hands out. */
const MOST_BODIES = 10;

export interface SweptTwin {
  readonly resent: number;
  /** To be admitted again. */
  readonly unstaged: readonly Intent[];
}

export function sweep(twin: Twin): SweptTwin {
  const resent = [...twin.lanes.values()].map((lane) => sweepLane(twin, lane));
  const unstaged = dueBodies(twin).slice(0, MOST_BODIES);
  for (const intent of unstaged) {
    if (intent.hasBody) twin.unstaged.set(intent, twin.now + LEASE_MS);
    else twin.unstaged.delete(intent);
  }
  return {
    resent: resent.reduce((sum, n) => sum + n, 0),
    unstaged: unstaged.filter(({ hasBody }) => hasBody),
  };
}

/** In their order in Redis: by time, then by the leg's number as a text. */
function dueBodies(twin: Twin): readonly Intent[] {
  const legs = [...twin.intents.values()];
  const numbers = new Map([...twin.unstaged].map(([intent, at]) => [String(legs.indexOf(intent) + 1), at]));
  const due = byScore(numbers).filter(([, at]) => at <= twin.now);
  return due.flatMap(([number]) => legs[Number(number) - 1] ?? []);
}

/** Attempts past their deadline are sent again. */
function sweepLane(twin: Twin, lane: LaneTwin): number {
  freeRested(lane, twin.now, (number) => batchOf(twin, number));
  const late = [...lane.sending].filter(([, deadline]) => deadline <= twin.now);
  for (const [number] of late) {
    const batch = batchOf(twin, number);
    lane.sending.delete(number);
    Object.assign(batch, { state: "retry", resend: "crash" });
    settleReservation(twin, batch, true);
    lane.retry.set(number, twin.now);
  }
  sweepCovers(twin, lane);
  return late.length;
}

/** Batches that were put off are tried now, but for those that the provider may have. */
export function resume(twin: Twin): void {
  twin.paused = false;
  for (const lane of twin.lanes.values())
    for (const [number, at] of lane.retry)
      if (at > twin.now && batchOf(twin, number).resend === null) lane.retry.set(number, twin.now);
}
