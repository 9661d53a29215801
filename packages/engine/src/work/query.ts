import type { BatchItems } from "./batch-items.ts";
import type { WorkAccount, WorkPorts } from "./ports.ts";

/** What stays the same however often the same slot asks. */
export interface Query {
  readonly account: WorkAccount;
  readonly call: string;
  readonly items: BatchItems;
  readonly ports: WorkPorts;
}
