import type { Cover, Hold, Lane, Limits, Verdict } from "@purgeline/core";
import fc from "fast-check";
import { limitsWith } from "../bundle.ts";
import { SUBMIT } from "../steps.ts";

export const LANES = ["purge-url", "purge-directory", "prefetch-url"] as const satisfies readonly Lane[];
export type ModelLane = (typeof LANES)[number];

const HOSTS = ["https://h0.example.com", "https://h1.example.com"];
/** Few, so that walks meet them again and again. */
const PAGES = [...["a/0", "a/1", "b/2"].map((path) => `${HOSTS[0]}/${path}`), `${HOSTS[1]}/a/0`];
const DIRECTORIES = [`${HOSTS[0]}/`, `${HOSTS[0]}/a/`, `${HOSTS[1]}/a/`];

export interface ModelSettings {
  readonly limits: Limits;
  readonly coalesce: { readonly quietMs: number; readonly maxWaitMs: number };
  readonly maxPendingTargets: number;
}

const BY_AREA = {
  option: "Area",
  classes: { overseas: ["url@overseas"], global: ["url", "url@overseas"] },
};

/** Directories are purged in all areas here, so each of them covers URLs of any. */
const UNDER_DIRECTORY: Cover = {
  lane: "purge-directory",
  reach: "directory",
  options: { Area: { kind: "list" } },
};

/** What a run's limits are made of: so small that a handful of targets meets them. */
export const settings = fc.record({
  batch: fc.integer({ min: 2, max: 5 }),
  domains: fc.constantFrom(null, null, 1, 2),
  perDomainPerMinute: fc.constantFrom(null, null, null, 3),
  inFlight: fc.integer({ min: 2, max: 4 }),
  resendAfterMs: fc.constantFrom(0, 20_000, 20_000),
  areas: fc.boolean(),
  quota: fc.constantFrom(6, 14, 1000),
  reserve: fc.constantFrom(0, 2),
  perMinute: fc.constantFrom(null, null, null, 5),
  quiet: fc.boolean(),
  maxPendingTargets: fc.constantFrom(14, 1000),
  absorbs: fc.boolean(),
  /** Whether the walk goes on until nothing is left, which takes as many steps again. */
  isDrained: fc.constantFrom(false, false, true),
});
export type ChosenSettings = typeof settings extends fc.Arbitrary<infer Given> ? Given : never;

export function settingsOf({
  areas,
  quota,
  reserve,
  perMinute,
  quiet,
  maxPendingTargets,
  absorbs,
  isDrained: _isDrained,
  ...change
}: ChosenSettings): ModelSettings {
  const limits = limitsWith({ ...change, quotaByOption: areas ? BY_AREA : null });
  const url = limits.lanes["purge-url"];
  if (url === undefined) throw new Error("no lane purge-url");
  const coveredBy = absorbs ? { coveredBy: [UNDER_DIRECTORY] } : {};
  return {
    limits: {
      ...limits,
      lanes: {
        "purge-url": { ...url, ...coveredBy },
        "purge-directory": {
          ...url,
          ...coveredBy,
          ...(absorbs ? { covers: ["purge-url", "purge-directory"] } : {}),
          quota: "directory",
          quotaByOption: null,
        },
        "prefetch-url": { ...url, quota: null, quotaByOption: null },
      },
      calls: { ...limits.calls, [SUBMIT]: { perSecond: 50, perMinute, timeoutMs: 10_000 } },
      quotas: { url: quota, "url@overseas": Math.ceil(quota / 2), directory: 4 },
      reserveForUrgent: reserve,
    },
    coalesce: quiet ? { quietMs: 4000, maxWaitMs: 9000 } : { quietMs: 0, maxWaitMs: 0 },
    maxPendingTargets,
  };
}

const areaOptions = fc.constantFrom({}, {}, { Area: "overseas" }, { Area: "global" });
const quotaClass = fc.constantFrom("url", "url@overseas", "directory");
const left = fc.option(fc.nat(8));

const hold: fc.Arbitrary<Hold | null> = fc.oneof(
  fc.constant(null),
  fc.constantFrom<Hold>(
    { scope: "call", why: "rate", ms: 7000 },
    { scope: "call", why: "throttled", ms: 3000 },
    { scope: "call", why: "provider", ms: 1000 },
    { scope: "domains", ms: 9000 },
  ),
);

/** What a submit's answer may come to, but for what depends on the batch. */
const verdict = fc.oneof(
  { weight: 4, arbitrary: fc.constant("accept" as const) },
  { weight: 2, arbitrary: fc.constant("finish" as const) },
  {
    weight: 3,
    arbitrary: fc
      .record({ end: fc.constantFrom("failed" as const, "unconfirmed" as const), refund: fc.boolean() })
      .map((end): Verdict => ({ do: "end", code: "Bad", message: "", ...end })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ inMs: fc.constantFrom(0, 5000), hold })
      .map((again): Verdict => ({ do: "retry", resend: null, ...again })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Hold | null>(null, { scope: "call", why: "provider", ms: 1000 })
      .map((held): Verdict => ({ do: "retry", inMs: 3000, resend: "ambiguous", hold: held })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ class: quotaClass, remaining: left }).map(
      (spent): Verdict => ({
        do: "retry",
        inMs: 0,
        resend: null,
        hold: { scope: "quota", spent: [spent] },
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Verdict>({ do: "split", code: "Poison", message: "" }) },
);

const some = fc.subarray([0, 1, 2, 3, 4]);
const ends = fc.constantFrom(
  "confirmed" as const,
  "confirmed" as const,
  "failed" as const,
  "unconfirmed" as const,
);
const word = <T extends string>(what: T): fc.Arbitrary<T> => fc.constant(what);

const how = {
  options: areaOptions,
  urgent: fc.constantFrom(false, false, true),
  producer: fc.constantFrom("shop", "blog"),
  /** Seconds until its time; null: now. */
  inMs: fc.constantFrom(null, null, null, null, 30_000),
  /** Whoever staged it died before it could say that all was there. */
  isCut: fc.constantFrom(false, false, false, true),
};

/** One step of a walk. */
export const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: word("stage"),
      lane: word("purge-url"),
      texts: fc.subarray(PAGES, { minLength: 1 }),
      isFollowed: fc.constantFrom(false, false, true),
      ...how,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: word("stage"),
      lane: word("purge-directory"),
      texts: fc.subarray(DIRECTORIES, { minLength: 1 }),
      isFollowed: fc.constant(false),
      ...how,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: word("stage"),
      lane: word("prefetch-url"),
      texts: fc.subarray(PAGES, { minLength: 1 }),
      isFollowed: fc.constant(false),
      ...how,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ do: word("take"), lane: fc.constantFrom("purge-url", "purge-url", ...LANES) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: word("answer"), which: fc.nat(3), verdict, rejected: some, tasks: fc.nat(2) }),
  },
  { weight: 2, arbitrary: fc.record({ do: word("redeliver"), which: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: word("claim"), most: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: word("settle"),
      which: fc.nat(3),
      of: some,
      end: ends,
      next: fc.nat(1),
      rest: fc.option(ends),
      isReplayed: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: word("putOff"),
      which: fc.nat(3),
      hold: fc.constantFrom(
        null,
        { scope: "call" as const, why: "rate" as const, ms: 2000 },
        { scope: "call" as const, why: "throttled" as const, ms: 2000 },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: word("tick"),
      ms: fc.constantFrom(1, 400, 3000, 10_000, 20_000, 31_000, 65_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: word("day"), to: fc.constantFrom(-20_000, -5000, 5000, 3_600_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: word("crash") }) },
  { weight: 2, arbitrary: fc.record({ do: word("cancel"), which: fc.nat(11) }) },
  { weight: 4, arbitrary: fc.record({ do: word("retry"), which: fc.nat(11) }) },
  { weight: 1, arbitrary: fc.record({ do: word("pause") }) },
  { weight: 1, arbitrary: fc.record({ do: word("resume") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: word("tell"),
      class: quotaClass,
      limit: fc.option(fc.integer({ min: 3, max: 8 })),
      remaining: left,
      batch: left,
    }),
  },
);
export type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;
