import type { AccountSettings } from "@purgeline/core";
import { effectiveLimits, NO_OVERRIDES } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { type Simulators, startSimulators } from "@purgeline/simulator";
import type { Keys } from "./sdks.ts";

export const KEYS: Keys = {
  kind: "keys",
  accessKeyId: "AKIDEXAMPLE00000000000000000000001",
  accessKeySecret: "Secret/+=~*% 1",
  securityToken: null,
};

export const TEMPORARY_KEYS: Keys = { ...KEYS, securityToken: "tok/en+==AbC~*% '()!" };

export const COMPLETE_MS = 60_000;

const NOTHING_SAID = { endpoint: null, region: null, projectId: null, own: {}, callbackKey: null } as const;

export function settingsOf(changes: Partial<AccountSettings>): AccountSettings {
  const account = { name: "tencent", provider: "tencent-cdn", signature: "tc3", credentials: KEYS };
  return { ...NOTHING_SAID, ...account, ...changes };
}

/** One account, played by the simulator. */
export async function play(
  changes: Partial<AccountSettings> = {},
): Promise<{ readonly sim: Simulators; readonly origin: string }> {
  const provider = providers.get("tencent-cdn");
  if (provider === undefined) throw new Error("tencent-cdn is not registered");
  const settings = settingsOf({ endpoint: "http://127.0.0.1:0", ...changes });
  const limits = effectiveLimits(provider.table(settings), NO_OVERRIDES);
  const sim = await startSimulators([{ settings, limits }], { completeMs: COMPLETE_MS });
  return { sim, origin: sim.settingsOf(settings.name).endpoint ?? "" };
}
