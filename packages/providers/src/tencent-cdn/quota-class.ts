import type { BatchContent, Lane, LaneSpec, QuotaClass } from "@purgeline/core";

/*
 * The service counts mainland and overseas apart (document/api/228/37870, 37871, 37869;
 * v2: api/228/7346, 7389). A call of API 3.0 without Area purges the domain's own area, which only the
 * service knows: the account says it (`settings.area`), or it is counted as mainland, and the quota query
 * corrects the figures. A push without Area is one for the mainland, and so is a v2 submit.
 */

const CLASSES: Readonly<Partial<Record<Lane, QuotaClass>>> = {
  "purge-url": "url",
  "purge-directory": "directory",
  "prefetch-url": "prefetch",
};

export function overseas(quotaClass: QuotaClass): QuotaClass {
  return `${quotaClass}@overseas`;
}

/** What a lane of this class spends, without the option `Area` and with it. Only a push can go to both areas. */
export function spendingOf(
  mainland: QuotaClass,
  ofPurgesAbroad: boolean,
): Pick<LaneSpec, "quota" | "quotaByOption"> {
  const abroad = overseas(mainland);
  const isPush = mainland === "prefetch";
  if (ofPurgesAbroad && !isPush) {
    return { quota: abroad, quotaByOption: { option: "Area", classes: { mainland: [mainland] } } };
  }
  const both = isPush ? { global: [mainland, abroad] } : {};
  return { quota: mainland, quotaByOption: { option: "Area", classes: { overseas: [abroad], ...both } } };
}

/**
 * The class that a batch is known to spend. Null: the account's table knows it, where the batch names no
 * area; or there are two, and a refusal does not say which of them is gone.
 */
export function classSpentBy({ lane, options: { Area: area } }: BatchContent): QuotaClass | null {
  const home = CLASSES[lane];
  if (home === undefined || area === "global") return null;
  if (area === undefined && lane !== "prefetch-url") return null;
  return area === "overseas" ? overseas(home) : home;
}
