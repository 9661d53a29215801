import type { World } from "./world.ts";

export function lastSeq({ simulators }: World): number {
  return simulators.ledger.since(0, Number.MAX_SAFE_INTEGER).at(-1)?.seq ?? 0;
}

/** `account class` → units that the provider has counted today. */
export function unitsAtDoor({ simulators }: World): ReadonlyMap<string, number> {
  return new Map(
    simulators.accounts.flatMap(({ settings, quota }) =>
      quota.report().map((each) => [`${settings.name} ${each.class}`, each.used] as const),
    ),
  );
}
