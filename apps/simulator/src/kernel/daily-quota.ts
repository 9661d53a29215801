import type { QuotaClass } from "@purgeline/core";

/** What an account has spent in the provider's day. The day turns by itself at midnight of the zone. */
export interface DailyQuota {
  /** Units left today; null: the provider does not count this class. */
  remaining(quotaClass: QuotaClass): number | null;
  /** Takes all the units or none; false: that many are not left. */
  take(quotaClass: QuotaClass, units: number): boolean;
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
  limits: Readonly<Record<QuotaClass, number>>,
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
    const limit = limits[quotaClass];
    return limit === undefined ? null : limit - (used.get(quotaClass) ?? 0);
  };

  return {
    remaining,
    take(quotaClass, units) {
      const left = remaining(quotaClass);
      if (left !== null && left < units) return false;
      used.set(quotaClass, (used.get(quotaClass) ?? 0) + units);
      return true;
    },
    report() {
      turnDay();
      return Object.entries(limits).map(([name, limit]) => {
        const spent = used.get(name) ?? 0;
        return { class: name, limit, used: spent, remaining: limit - spent, day };
      });
    },
  };
}
