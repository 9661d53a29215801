import type {
  Account,
  Chance,
  Clock,
  Limits,
  Provider,
  SlotQueue,
  Transport,
  WorkStore,
} from "@purgeline/core";
import type { WorkEvents } from "./events.ts";

/** An account with what its work asks of it at every call. */
export interface WorkAccount {
  readonly account: Account;
  readonly provider: Provider;
  readonly limits: Limits;
}

export interface WorkPorts {
  readonly store: WorkStore;
  readonly queue: SlotQueue;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly events: WorkEvents;
  readonly accounts: ReadonlyMap<string, WorkAccount>;
  /** Ends waits inside this process when it stops. */
  readonly stopping: AbortSignal;
}

export function accountOf(ports: WorkPorts, name: string): WorkAccount {
  const found = ports.accounts.get(name);
  if (found === undefined) throw new Error(`work: account ${JSON.stringify(name)} is not configured`);
  return found;
}
