import type { BatchContent, Lane, QuotaByOption, QuotaClass } from "@purgeline/core";

/*
 * The service counts mainland and overseas apart (document/api/228/37870, 37871, 37869;
 * v2: api/228/7346, 7389). A call without Area purges the domain's own area, which only the service
 * knows: it is counted as mainland here, and the quota query corrects the figures.
 */

const CLASSES: Readonly<Partial<Record<Lane, QuotaClass>>> = {
  "purge-url": "url",
  "purge-directory": "directory",
  "prefetch-url": "prefetch",
};

export function overseas(quotaClass: QuotaClass): QuotaClass {
  return `${quotaClass}@overseas`;
}

/** What the option `Area` makes a lane of this class spend; only a push can go to both areas. */
export function quotaByArea(home: QuotaClass): QuotaByOption {
  const abroad = overseas(home);
  const both = home === "prefetch" ? { global: [home, abroad] } : {};
  return { option: "Area", classes: { overseas: [abroad], ...both } };
}

/** The class that a batch spends, in both APIs; null: two, and a refusal does not say which of them is gone. */
export function classSpentBy({ lane, options }: BatchContent): QuotaClass | null {
  const home = CLASSES[lane];
  if (home === undefined || options.Area === "global") return null;
  return options.Area === "overseas" ? overseas(home) : home;
}
