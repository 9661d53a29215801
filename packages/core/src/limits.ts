import type { CallOptions } from "./provider.ts";
import type {
  BodyWeight,
  Cover,
  LaneSpec,
  LookupSpec,
  ProviderTable,
  QuotaByOption,
} from "./provider-table.ts";
import type { CallName, Lane, QuotaClass } from "./words.ts";
import { LANES } from "./words.ts";

/** One lane's limits in force. */
export interface LaneLimits {
  readonly call: CallName;
  readonly quota: QuotaClass | null;
  readonly quotaByOption: QuotaByOption | null;
  readonly unitsPerTarget: number;
  readonly weight: BodyWeight;
  readonly batch: number;
  readonly bodyBytes: number;
  readonly urlChars: number;
  readonly domains: number | null;
  readonly perDomainPerMinute: number | null;
  readonly inFlight: number;
  readonly resendAfterMs: number;
  /** Absent: a call whose answer was lost is sent again without being looked up. */
  readonly lookup?: LookupSpec & { readonly afterMs: number };
  /** Absent: nothing but itself. */
  readonly coveredBy?: readonly Cover[];
  /** Lanes whose targets this lane's may cover; absent: none. */
  readonly covers?: readonly Lane[];
  /** Absent: its targets are sent themselves, however many they are. */
  readonly rollUp?: RollUp;
}

/** Who asks for those directories, as it stands in receipts and shares. No token is called so. */
export const ROLLUP_PRODUCER = "policy:rollup";

/** Where enough targets wait in one directory, that is purged instead of them. */
export interface RollUp {
  /** The lane of directories. */
  readonly into: Lane;
  readonly atLeast: number;
  /** Those whose origins bear it, as they are spelled; none lies in another one. */
  readonly directories: readonly string[];
}

export interface CallLimits {
  readonly perSecond: number | null;
  readonly perMinute: number | null;
  readonly timeoutMs: number;
}

/** An account's limits in force: the provider's table under the account's overrides. */
export interface Limits {
  readonly lanes: Readonly<Partial<Record<Lane, LaneLimits>>>;
  readonly calls: Readonly<Record<CallName, CallLimits>>;
  readonly quotas: Readonly<Record<QuotaClass, number>>;
  readonly reserveForUrgent: number;
  /** What producers may spend of them; absent: anybody anything. */
  readonly shares?: QuotaShares;
  readonly resetTimeZone: string;
  readonly lookBackMs: number;
  readonly pollEveryMs: number;
}

/** Units of a day, by class and producer; who is not named may spend what there is. */
export type QuotaShares = Readonly<Record<QuotaClass, Readonly<Record<string, number>>>>;

/** The part of a lane that a configuration may override; every number must be ≥ 1. */
export interface LaneOverride {
  readonly batch?: number;
  readonly bodyBytes?: number;
  readonly urlChars?: number;
  readonly domains?: number;
  readonly perDomainPerMinute?: number;
  readonly inFlight?: number;
  readonly resendAfterMs?: number;
  readonly unitsPerTarget?: number;
}

export interface CallOverride {
  readonly perSecond?: number;
  readonly perMinute?: number;
  readonly timeoutMs?: number;
}

/** `limits` and `quota` of an account in the configuration. */
export interface LimitOverrides {
  readonly lanes: Readonly<Partial<Record<Lane, LaneOverride>>>;
  readonly calls: Readonly<Record<CallName, CallOverride>>;
  readonly lookBackMs?: number;
  readonly pollEveryMs?: number;
  readonly listedAfterMs?: number;
  readonly quotas: Readonly<Record<QuotaClass, number>>;
  readonly resetTimeZone: string | null;
  readonly reserveForUrgent: number;
  readonly shares?: QuotaShares;
  /** `atLeast` null: the break-even. */
  readonly rollup?: { readonly directories: readonly string[]; readonly atLeast: number | null };
}

export const NO_OVERRIDES: LimitOverrides = {
  lanes: {},
  calls: {},
  quotas: {},
  resetTimeZone: null,
  reserveForUrgent: 0,
};

/**
 * The limits in force. Overrides of lanes, calls or classes that the table lacks
 * are left out: the configuration check reports them.
 */
export function effectiveLimits(table: ProviderTable, overrides: LimitOverrides): Limits {
  const lanes: Partial<Record<Lane, LaneLimits>> = {};
  const rollUp = rollUpOf(table, overrides);
  for (const lane of LANES) {
    const spec = table.lanes[lane];
    if (spec === undefined) continue;
    const own = overrides.lanes[lane] ?? {};
    lanes[lane] = {
      call: spec.call,
      quota: spec.quota,
      quotaByOption: spec.quotaByOption,
      unitsPerTarget: own.unitsPerTarget ?? spec.unitsPerTarget,
      weight: spec.weight,
      batch: own.batch ?? spec.batch.value,
      bodyBytes: own.bodyBytes ?? spec.bodyBytes.value,
      urlChars: own.urlChars ?? spec.urlChars.value,
      domains: own.domains ?? spec.domains?.value ?? null,
      perDomainPerMinute: own.perDomainPerMinute ?? spec.perDomainPerMinute?.value ?? null,
      inFlight: own.inFlight ?? spec.inFlight.value,
      resendAfterMs: own.resendAfterMs ?? spec.resendAfterMs.value,
      ...lookupOf(spec, overrides.listedAfterMs ?? table.listedAfterMs?.value),
      ...(spec.coveredBy === undefined ? {} : { coveredBy: spec.coveredBy }),
      ...coversOf(lane, table.lanes),
      ...(lane === "purge-url" ? rollUp : {}),
    };
  }
  const calls = mapValues(table.calls, (spec, name) => ({
    perSecond: overrides.calls[name]?.perSecond ?? spec.perSecond?.value ?? null,
    perMinute: overrides.calls[name]?.perMinute ?? spec.perMinute?.value ?? null,
    timeoutMs: overrides.calls[name]?.timeoutMs ?? spec.timeoutMs.value,
  }));
  const quotas = mapValues(table.quotas, (spec, name) => overrides.quotas[name] ?? spec.value);
  return {
    lanes,
    calls,
    quotas,
    reserveForUrgent: overrides.reserveForUrgent,
    ...(overrides.shares === undefined ? {} : { shares: overrides.shares }),
    resetTimeZone: overrides.resetTimeZone ?? table.resetTimeZone,
    lookBackMs: overrides.lookBackMs ?? table.lookBackMs.value,
    pollEveryMs: overrides.pollEveryMs ?? table.pollEveryMs.value,
  };
}

function lookupOf({ lookup }: LaneSpec, afterMs: number | undefined): Pick<LaneLimits, "lookup"> {
  return lookup === undefined || afterMs === undefined ? {} : { lookup: { ...lookup, afterMs } };
}

function coversOf(lane: Lane, specs: ProviderTable["lanes"]): Pick<LaneLimits, "covers"> {
  const covers = LANES.filter((narrow) => specs[narrow]?.coveredBy?.some((by) => by.lane === lane));
  return covers.length === 0 ? {} : { covers };
}

/**
 * So many URLs cost as much of a day as one directory; null: the provider has no directories that cover URLs, or does not
 * count one of them.
 */
export function rollUpBreakEven(table: ProviderTable, overrides: LimitOverrides): number | null {
  const unitPartOf = (lane: "purge-url" | "purge-directory"): number | null => {
    const { quota = null, unitsPerTarget = 1 } = table.lanes[lane] ?? {};
    const units = quota === null ? 0 : (overrides.quotas[quota] ?? table.quotas[quota]?.value ?? 0);
    return units === 0 ? null : (overrides.lanes[lane]?.unitsPerTarget ?? unitsPerTarget) / units;
  };
  const isCovered = table.lanes["purge-url"]?.coveredBy?.some(({ lane }) => lane === "purge-directory");
  const [url, directory] = [unitPartOf("purge-url"), unitPartOf("purge-directory")];
  if (isCovered !== true || url === null || directory === null) return null;
  // 1/100 and 1/10,000 are no binary fractions: their ratio may come to a hair above 100.
  return Math.max(1, Math.ceil(directory / url - 1e-6));
}

function rollUpOf(table: ProviderTable, overrides: LimitOverrides): Pick<LaneLimits, "rollUp"> {
  const breakEven = rollUpBreakEven(table, overrides);
  if (overrides.rollup === undefined || breakEven === null) return {};
  const { directories, atLeast } = overrides.rollup;
  return { rollUp: { into: "purge-directory", atLeast: atLeast ?? breakEven, directories } };
}

/** The classes that a call with these options spends; none: the provider counts nothing. */
export function quotasOf(
  { quota, quotaByOption }: Pick<LaneLimits, "quota" | "quotaByOption">,
  options: CallOptions,
): readonly QuotaClass[] {
  const usual = quota === null ? [] : [quota];
  if (quotaByOption === null) return usual;
  const value = String(options[quotaByOption.option]);
  return Object.hasOwn(quotaByOption.classes, value) ? (quotaByOption.classes[value] ?? usual) : usual;
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
