import type { AccountSettings } from "@purgeline/core";
import { createClock, type VirtualClock } from "./clock.ts";
import type { Controls } from "./control.ts";
import { createFaults } from "./faults.ts";
import type { SimulatedAccount, SimulatorKind } from "./index.ts";
import { createLedger, type LedgerEntry } from "./ledger.ts";
import { type LoopDelay, watchLoop } from "./loop-delay.ts";
import { planOrigins, withAddresses } from "./origins.ts";
import { play } from "./play.ts";
import { createRateGate } from "./rate-gate.ts";
import { type Listening, listen, type ServerPlan } from "./server.ts";

export interface SimulatorOptions {
  /** How long a task takes; 0: it is finished at once. Default 2,000. */
  readonly completeMs?: number;
  /** How many of the newest calls the ledger keeps; its counters lose nothing. Default 20,000. */
  readonly ledgerEntries?: number;
  /** Called with every call of the ledger, in order, when it has been answered. */
  readonly onEntry?: (entry: LedgerEntry) => void;
  /** What tells the time, and how late the process is; default: the machine. */
  readonly time?: { readonly clock: VirtualClock; readonly loop: LoopDelay };
}

export interface Simulators extends Controls {
  /** Where they listen, and whom each plays. */
  readonly origins: readonly { readonly origin: string; readonly accounts: readonly string[] }[];
  /** An account as it can be reached: port 0 of its endpoints is replaced by the port that the system gave. */
  settingsOf(account: string): AccountSettings;
  /** Closes every socket, those of hanging requests too. */
  close(): Promise<void>;
}

/** Plays these accounts at their endpoints; accounts with the same origin share a server. */
export async function startSimulatorsOf(
  kinds: readonly SimulatorKind[],
  accounts: readonly SimulatedAccount[],
  options: SimulatorOptions = {},
): Promise<Simulators> {
  // One simulator for all its origins: a token of the identity service's origin is good at the API's.
  const cast = kinds.map(({ providers, create }) => ({ providers, simulator: create() }));
  const plans = planOrigins(cast, accounts);
  const ledger = createLedger(options.ledgerEntries ?? 20_000, options.onEntry ?? (() => undefined));
  const time = options.time ?? { clock: createClock(), loop: watchLoop() };
  const shared = { ...time, faults: createFaults(), ledger };
  const codesOf = (settings: AccountSettings): readonly string[] =>
    cast.find(({ providers }) => providers.includes(settings.provider))?.simulator.codes(settings) ?? [];
  const completeMs = options.completeMs ?? 2_000;
  const played = accounts.map((account) =>
    play(account, { ...shared, completeMs, codes: codesOf(account.settings) }),
  );
  const gates = new Map(
    played.map((account) => [account.settings.name, createRateGate(() => account.limits)]),
  );
  const controls: Controls = { ...shared, accounts: played };
  const servers = await openAll(
    [...plans].map(([origin, { player, names }]) => {
      const here = played.filter(({ settings }) => names.includes(settings.name));
      return { origin, door: { simulator: player.simulator, accounts: here, gates, ...shared }, controls };
    }),
  );
  const addressOf = new Map(servers.map(({ asked, origin }) => [asked, origin]));
  return {
    ...controls,
    origins: servers.map(({ asked, origin }) => ({ origin, accounts: plans.get(asked)?.names ?? [] })),
    settingsOf(name) {
      const account = played.find(({ settings }) => settings.name === name);
      if (account === undefined) throw new Error(`simulators: account ${JSON.stringify(name)} is not played`);
      return withAddresses(account.settings, addressOf);
    },
    close: async () => {
      shared.loop.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** All or none: what already listens is closed when one port is taken. */
async function openAll(plans: readonly ServerPlan[]): Promise<readonly Listening[]> {
  const opened = await Promise.allSettled(plans.map(listen));
  const servers = opened.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  const failed = opened.filter((result) => result.status === "rejected").map(({ reason }) => reason as Error);
  if (failed.length === 0) return servers;
  await Promise.all(servers.map((server) => server.close()));
  throw new AggregateError(failed, `simulators: ${failed.map(({ message }) => message).join("; ")}`);
}
