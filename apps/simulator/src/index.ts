import type { SimulatedAccount } from "./kernel/index.ts";
import { type SimulatorOptions, type Simulators, startSimulatorsOf } from "./kernel/start.ts";
import { SIMULATOR_KINDS } from "./kinds.ts";

export type { CallStats } from "./kernel/call-counters.ts";
export type { Controls } from "./kernel/control.ts";
export type { Fault } from "./kernel/faults.ts";
export type { SimulatedAccount } from "./kernel/index.ts";
export type { LedgerEntry } from "./kernel/ledger.ts";
export { whyNotPlayable } from "./kernel/playable.ts";
export type { SimulatorOptions, Simulators } from "./kernel/start.ts";

/** Plays these accounts at their loopback endpoints, each by its provider's simulator. */
export function startSimulators(
  accounts: readonly SimulatedAccount[],
  options: SimulatorOptions = {},
): Promise<Simulators> {
  return startSimulatorsOf(SIMULATOR_KINDS, accounts, options);
}
