import type { QuotaClass } from "@purgeline/core";

/** What an account has spent in the provider's day. The day turns by itself at midnight of the zone. */
export interface DailyQuota {
  /** Units left today; null: the provider does not count this class. */
  remaining(quotaClass: QuotaClass): number | null;
  /** Takes all the units or none; false: that many are not left. */
  take(quotaClass: QuotaClass, units: number): boolean;
  /** Takes what there is of these units, as another user of the account would. */
  spend(quotaClass: QuotaClass, units: number): void;
  report(): readonly QuotaReport[];
}

export interface QuotaReport {
  readonly class: QuotaClass;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** The provider's day, `YYYY-MM-DD` in its zone. */
  readonly day: string;
}

export function createDailyQuota(
  limits: () => Readonly<Record<QuotaClass, number>>,
  timeZone: string,
  nowMs: () => number,
): DailyQuota {
  const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  let day = "";
  let used = new Map<QuotaClass, number>();

  const turnDay = (): void => {
    const today = dayFormat.format(nowMs());
    if (today === day) return;
    day = today;
    used = new Map();
  };
  const remaining = (quotaClass: QuotaClass): number | null => {
    turnDay();
    const limit = limits()[quotaClass];
    // A limit that was lowered in mid-day may be below what is used.
    return limit === undefined ? null : Math.max(0, limit - (used.get(quotaClass) ?? 0));
  };

  const add = (quotaClass: QuotaClass, units: number): void => {
    used.set(quotaClass, (used.get(quotaClass) ?? 0) + units);
  };

  return {
    remaining,
    take(quotaClass, units) {
      const left = remaining(quotaClass);
      if (left !== null && left < units) return false;
      add(quotaClass, units);
      return true;
    },
    spend(quotaClass, units) {
      add(quotaClass, Math.min(units, remaining(quotaClass) ?? units));
    },
    report() {
      turnDay();
      return Object.entries(limits()).map(([name, limit]) => {
        const spent = used.get(name) ?? 0;
        return { class: name, limit, used: spent, remaining: Math.max(0, limit - spent), day };
      });
    },
  };
}
