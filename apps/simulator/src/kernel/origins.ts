import type { AccountSettings } from "@purgeline/core";
import type { SimulatedAccount, SimulatorKind } from "./index.ts";
import { originsOf, whyNotPlayable } from "./playable.ts";

export interface OriginPlan {
  readonly kind: SimulatorKind;
  /** The accounts that are played there. */
  readonly names: string[];
}

/** Who is played where; throws on what cannot be played, all of it at once. */
export function planOrigins(
  kinds: readonly SimulatorKind[],
  accounts: readonly SimulatedAccount[],
): ReadonlyMap<string, OriginPlan> {
  const plans = new Map<string, OriginPlan>();
  const wrong: string[] = [];
  for (const { settings } of accounts) {
    const kind = kinds.find(({ providers }) => providers.includes(settings.provider));
    const why = whyNotPlayable(settings);
    if (why !== null) wrong.push(why);
    if (kind === undefined) wrong.push(unknownProvider(kinds, settings));
    if (why !== null || kind === undefined) continue;
    for (const origin of originsOf(settings)) {
      const plan: OriginPlan = plans.get(origin) ?? { kind, names: [] };
      plans.set(origin, plan);
      plan.names.push(settings.name);
      if (plan.kind === kind) continue;
      wrong.push(`account ${settings.name}: ${origin} already plays ${plan.kind.providers.join(", ")}`);
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

function unknownProvider(kinds: readonly SimulatorKind[], { name, provider }: AccountSettings): string {
  const known = kinds.flatMap(({ providers }) => providers).join(", ");
  return `account ${name}: provider is ${JSON.stringify(provider)}, expected one of ${known}`;
}
