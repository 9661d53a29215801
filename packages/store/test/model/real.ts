import { dayStarts, type IntentHead, type LegPlan, type Slot } from "@purgeline/core";
import { stoppedClock } from "@purgeline/testkit";
import type { Connection } from "../../src/index.ts";
import { type View, view } from "../bundle.ts";
import type { ModelSettings } from "./commands.ts";

const P = "t:{ali}:";

/** The store under a clock of its own, and the queue's part: the slots whose jobs are alive. */
export interface Real {
  readonly clock: { nowMs: number };
  readonly view: View;
  readonly connection: Connection;
  readonly startMs: number;
  readonly resets: readonly number[];
  keep(slots: readonly Slot[]): void;
  /** The newest slot that may take for this owner, or one of a known id; its job runs now. */
  slotFor(owner: string): Promise<Slot | undefined>;
  drop(slot: Slot): void;
  /** What rescue does of its own: slots that are alive stay so, the others are minted again. */
  renew(lapsed: readonly Slot[]): Promise<void>;
  close(): void;
}

export const HOUR_MS = 3_600_000;

/** An hour after a day has begun: every reset is far away, and in the walk's way. */
export async function openReal(
  connection: Connection,
  subscriber: Connection,
  settings: ModelSettings,
): Promise<Real> {
  const zone = settings.limits.resetTimeZone;
  const [, dayStart = 0] = dayStarts(zone, Date.now(), 1, 1);
  const clock = { nowMs: dayStart + HOUR_MS };
  const startMs = clock.nowMs;
  const at = view(
    stoppedClock(connection, () => clock.nowMs),
    () => subscriber,
    settings,
    startMs - Date.now(),
  );
  await connection.flushall();
  await at.work.publish("ali", settings.limits, { atMs: 1, digest: "one" });
  const slots = new Map<string, Slot>();
  const keyOf = ({ kind }: Slot): string =>
    `${P}${kind.for === "submit" ? `lane:${kind.lane}` : `poll:${kind.call}`}:slots`;
  const keep = (more: readonly Slot[]): void => {
    for (const slot of more) slots.set(slot.id, slot);
  };
  return {
    clock,
    view: at,
    connection,
    startMs,
    resets: dayStarts(zone, startMs, 2, 14),
    keep,
    async slotFor(owner) {
      for (const slot of [...slots.values()].reverse()) {
        if ((slot.kind.for === "submit" ? slot.kind.lane : slot.kind.call) !== owner) continue;
        const lease = await connection.zscore(keyOf(slot), slot.id);
        if (lease !== null && Number(lease) >= clock.nowMs) return slot;
        slots.delete(slot.id);
      }
      return undefined;
    },
    drop: (slot) => void slots.delete(slot.id),
    async renew(lapsed) {
      const alive = lapsed.filter(({ id }) => slots.has(id));
      const lost = lapsed.filter(({ id }) => !slots.has(id));
      keep(await at.work.renew("ali", alive, lost));
    },
    close: () => at.intake.close(),
  };
}

export interface Plan {
  readonly head: IntentHead;
  readonly leg: LegPlan;
}
