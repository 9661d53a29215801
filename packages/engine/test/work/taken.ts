import type { Outcome, Take } from "@purgeline/core";
import { batchOf, SUBMIT_SLOT } from "./work-ports.ts";

export const ACCEPTED: Outcome = {
  kind: "accepted",
  tasks: [{ call: "Ask", id: "t1" }],
  rejected: [],
  requestId: "r1",
};

export function batch(...items: [string, ...string[]]): Take {
  return {
    kind: "batch",
    batch: batchOf(items),
    sealed: items.length,
    moved: { elsewhere: {}, legs: [] },
    slots: [{ ...SUBMIT_SLOT, id: "s2" }],
    pending: 0,
  };
}
