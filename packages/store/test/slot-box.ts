import type { Recorded, Slot, Take } from "@purgeline/core";
import type { How, View } from "./bundle.ts";
import { rescue, type Sealed } from "./steps.ts";

export type Taken =
  | Exclude<Take, { readonly kind: "batch" }>
  | { readonly kind: "batch"; readonly sealed: Sealed };

/** A queue's part: keeps the slots that it is given, and lets one after the other take. */
export interface SlotBox {
  stage(id: string, urls: readonly string[], how?: How): Promise<void>;
  take(view: View): Promise<Taken>;
  answer(recorded: Promise<Recorded>): Promise<Recorded>;
  rescue(view: View): Promise<void>;
}

export function slotBox(store: Pick<View, "stage">): SlotBox {
  const slots: Slot[] = [];
  const keep = (more: readonly Slot[]): void => {
    slots.push(...more.filter(({ kind }) => kind.for === "submit"));
  };
  return {
    async stage(id, urls, how) {
      keep(await store.stage(id, urls, how));
    },
    async take(view) {
      for (;;) {
        if (slots.length === 0) keep(await rescue(view));
        const slot = slots.at(-1);
        if (slot === undefined) return { kind: "end", moved: { elsewhere: {}, legs: [] }, slots: [] };
        const taken = await view.work.take(slot);
        // A take that finds nothing but what must not go looks again at once.
        if (taken.kind === "wait" && taken.waitMs > 1) return taken;
        if (taken.kind !== "wait") slots.pop();
        keep(taken.slots);
        if (taken.kind !== "batch") continue;
        return { kind: "batch", sealed: { slot, batch: taken.batch, next: taken.slots[0] } };
      }
    },
    async answer(recorded) {
      const done = await recorded;
      keep(done.slots);
      return done;
    },
    async rescue(view) {
      keep(await rescue(view));
    },
  };
}
