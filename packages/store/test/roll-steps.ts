import { type LegView, type Limits, ROLLUP_PRODUCER } from "@purgeline/core";
import { absorbLimits, SHOP, SITE } from "./absorb-steps.ts";
import type { View } from "./bundle.ts";

const AT_LEAST = 100;
/** Beside each other in `SHOP`, which may be purged in their place. */
export const PAGES: readonly string[] = Array.from({ length: AT_LEAST }, (_, n) => `${SHOP}${n % 7}/${n}?v`);
export const DIRECTORY = "purge-directory";

/** `SHOP` and another directory may be purged in the place of 100 URLs. */
export function rollLimits(quotas: Partial<Limits["quotas"]> = {}, reserveForUrgent = 0): Limits {
  const limits = absorbLimits({ quota: "url" });
  const url = limits.lanes["purge-url"];
  if (url === undefined) throw new Error("no purge-url");
  const rollUp = { into: DIRECTORY, atLeast: AT_LEAST, directories: [SHOP, `${SITE}other/`] } as const;
  return {
    ...limits,
    quotas: { url: 10_000, directory: 100, ...quotas },
    reserveForUrgent,
    lanes: { ...limits.lanes, "purge-url": { ...url, rollUp } },
  };
}

/** The purges that nobody asked for, the newest first. */
export async function rolled(view: View): Promise<readonly LegView[]> {
  const { items } = await view.intake.intentIds({
    accounts: ["ali"],
    sinceMs: null,
    cursor: null,
    limit: 100,
  });
  const legs = await Promise.all(items.map((id) => view.intake.legs(id)));
  return legs.flat().filter(({ head }) => head.createdBy === ROLLUP_PRODUCER);
}

/** Units of the day that are spent, or reserved. */
export async function units(view: View): Promise<Readonly<Record<string, number>>> {
  const [account] = await view.intake.accounts();
  if (account === undefined) throw new Error("no account");
  return Object.fromEntries(account.quotas.map(({ class: name, used, reserved }) => [name, used + reserved]));
}
