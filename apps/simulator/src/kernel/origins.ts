import type { AccountSettings } from "@purgeline/core";
import type { SimulatedAccount, Simulator } from "./index.ts";
import { originsOf, whyNotPlayable } from "./playable.ts";

/** A simulator and the provider names that it plays. */
export interface Player {
  readonly providers: readonly string[];
  readonly simulator: Simulator;
}

export interface OriginPlan {
  readonly player: Player;
  /** The accounts that are played there. */
  readonly names: string[];
}

/** Who is played where; throws on what cannot be played, all of it at once. */
export function planOrigins(
  players: readonly Player[],
  accounts: readonly SimulatedAccount[],
): ReadonlyMap<string, OriginPlan> {
  const plans = new Map<string, OriginPlan>();
  const wrong: string[] = [];
  for (const { settings } of accounts) {
    const player = players.find(({ providers }) => providers.includes(settings.provider));
    const why = whyNotPlayable(settings);
    if (why !== null) wrong.push(why);
    if (player === undefined) wrong.push(unknownProvider(players, settings));
    if (why !== null || player === undefined) continue;
    for (const origin of originsOf(settings)) {
      const plan: OriginPlan = plans.get(origin) ?? { player, names: [] };
      plans.set(origin, plan);
      plan.names.push(settings.name);
      if (plan.player === player) continue;
      wrong.push(`account ${settings.name}: ${origin} already plays ${plan.player.providers.join(", ")}`);
    }
  }
  if (wrong.length > 0) throw new Error(`simulators: ${wrong.join("; ")}`);
  return plans;
}

/** The account with the origins that really listen in place of those that were asked for. */
export function withAddresses(
  settings: AccountSettings,
  addressOf: ReadonlyMap<string, string>,
): AccountSettings {
  const reached = (origin: string): string => {
    const asked = URL.parse(origin)?.origin ?? origin;
    return addressOf.get(asked) ?? origin;
  };
  const { credentials, endpoint } = settings;
  return {
    ...settings,
    endpoint: endpoint === null ? null : reached(endpoint),
    credentials:
      credentials.kind === "iam" ? { ...credentials, endpoint: reached(credentials.endpoint) } : credentials,
  };
}

function unknownProvider(players: readonly Player[], { name, provider }: AccountSettings): string {
  const known = players.flatMap(({ providers }) => providers).join(", ");
  return `account ${name}: provider is ${JSON.stringify(provider)}, expected one of ${known}`;
}
