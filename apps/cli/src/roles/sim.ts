import { once } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import type { Config } from "@purgeline/config";
import { effectiveLimits } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import {
  type SimulatedAccount,
  type SimulatorOptions,
  type Simulators,
  startSimulators,
  whyNotPlayable,
} from "@purgeline/simulator";
import { CommandFailed, EXIT, type ExitCode } from "../exit.ts";
import { watchLife } from "./life.ts";
import { whyNotListening } from "./listening.ts";
import { type Environment, readConfig } from "./read-config.ts";

/** `sim`: plays every account whose endpoint is on loopback until it is told to stop; writes each call to `log`. */
export async function sim(
  file: string,
  log: string | null,
  env: Environment,
  out: (text: string) => void,
): Promise<ExitCode> {
  const { config, name } = await readConfig(file, env);
  const life = watchLife();
  const calls = log === null ? null : openSync(log, "a");
  const simulators = await playAccounts(
    config,
    name,
    calls === null ? {} : { onEntry: (entry) => writeSync(calls, `${JSON.stringify(entry)}\n`) },
  );
  for (const { origin, accounts } of simulators.origins) out(`${origin}  plays ${accounts.join(", ")}\n`);
  if (!life.signal.aborted) await once(life.signal, "abort");
  await simulators.close();
  if (calls !== null) closeSync(calls);
  return EXIT.ok;
}

/** Starts the simulators of a configuration; `CommandFailed` (2) when it has no account to play. */
export async function playAccounts(
  config: Config,
  name: string,
  options: SimulatorOptions = {},
): Promise<Simulators> {
  const whyNot = config.accounts.map(({ settings }) => whyNotPlayable(settings));
  const played = config.accounts.filter((_, at) => whyNot[at] === null);
  if (played.length === 0) {
    const reasons = whyNot.map((why) => `  ${why}\n`).join("");
    throw new CommandFailed(`${name}: no account can be played:\n${reasons.trimEnd()}`, EXIT.usage);
  }
  const accounts = played.map(({ settings, overrides }): SimulatedAccount => {
    const provider = providers.get(settings.provider);
    if (provider === undefined) throw new Error(`sim: no provider ${settings.provider}`);
    return { settings, limits: effectiveLimits(provider.table(settings), overrides) };
  });
  try {
    return await startSimulators(accounts, options);
  } catch (error) {
    throw whyNotListening(error, "an account's endpoint") ?? error;
  }
}
