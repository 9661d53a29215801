import { dayStarts, type Lane, type LegPlan, type Limits, legCost, type Slot } from "@purgeline/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bundle, bundle, CALL, domainOf, headOf, limitsWith } from "./bundle.ts";
import { accept, rescue, seen } from "./steps.ts";

const DIRECTORY = "purge-directory";
const UNDER_DIRECTORY = [{ lane: DIRECTORY, reach: "directory", options: {} }] as const;
const HOUR = 3_600_000;

const segment = fc.constantFrom("a", "b", "c");
const host = fc.integer({ min: 0, max: 5 }).map((n) => `https://h${n}.example.com/`);
const directory = fc
  .tuple(host, fc.array(segment, { maxLength: 3 }))
  .map(([at, path]) => at + path.map((one) => `${one}/`).join(""));
const page = fc
  .tuple(
    directory,
    fc.string({ unit: fc.constantFrom("x", "%20", "é", "~", "&"), minLength: 1, maxLength: 8 }),
  )
  .map(([at, name]) => at + name);

const limits = fc.record({
  batch: fc.integer({ min: 1, max: 12 }),
  domains: fc.option(fc.integer({ min: 1, max: 4 })),
  bodyBytes: fc.constantFrom(100, 300, 1_000_000),
  perDomainPerMinute: fc.option(fc.integer({ min: 3, max: 15 })),
  unitsPerTarget: fc.integer({ min: 1, max: 2 }),
});

const anything = fc.record({
  urls: fc.uniqueArray(page, { minLength: 1, maxLength: 40 }),
  directories: fc.uniqueArray(directory, { maxLength: 8 }),
  urlLane: limits,
  directoryBatch: fc.integer({ min: 1, max: 4 }),
  quota: fc.constantFrom(16, 1_000),
  reserve: fc.integer({ min: 0, max: 5 }),
  perSecond: fc.constantFrom(1, 3, 20, 1_000),
  isUrgent: fc.boolean(),
  share: fc.option(fc.integer({ min: 10, max: 30 })),
  rolled: fc.option(
    fc.record({ atLeast: fc.integer({ min: 1, max: 4 }), units: fc.integer({ min: 0, max: 12 }) }),
  ),
  throttled: fc.option(
    fc.record({ agoMs: fc.integer({ min: 0, max: 8000 }), ms: fc.constantFrom(0, 3000, 9000) }),
  ),
});
type Given = typeof anything extends fc.Arbitrary<infer G> ? G : never;

/** It takes longer than its rate takes to come back. */
const SLOWED: Given = {
  urls: Array.from({ length: 40 }, (_, n) => `https://h0.example.com/${n}`),
  directories: [],
  urlLane: { batch: 1, domains: null, bodyBytes: 1_000_000, perDomainPerMinute: null, unitsPerTarget: 1 },
  directoryBatch: 1,
  quota: 1_000,
  reserve: 0,
  perSecond: 3,
  isUrgent: false,
  share: null,
  rolled: null,
  throttled: { agoMs: 500, ms: 3000 },
};

/** Lanes that wait for one rate take turns as their workers are quick: then nobody can tell which second is whose. */
function paceOf({ directories, rolled, perSecond }: Given): number {
  return directories.length === 0 && rolled === null ? perSecond : 1_000;
}

/** Where URLs are rolled up the leg names no directories: whether those share a call depends on who is quicker. */
function alone(given: Given): Given {
  return given.rolled === null ? given : { ...given, directories: [] };
}

const ROLLED = [0, 1, 2].flatMap((n) => ["a", "b"].map((part) => `https://h${n}.example.com/${part}/`));

function rollUpFrom({ atLeast }: { readonly atLeast: number }) {
  return { into: DIRECTORY, atLeast, directories: ROLLED } as const;
}

function limitsOf(given: Given): Limits {
  const { urlLane, directoryBatch, quota, reserve, share, rolled } = given;
  const usual = limitsWith(urlLane, quota);
  const [url, wide] = [usual.lanes["purge-url"], usual.lanes[DIRECTORY]];
  if (url === undefined || wide === undefined) throw new Error("lanes");
  return {
    ...usual,
    lanes: {
      "purge-url": {
        ...url,
        coveredBy: UNDER_DIRECTORY,
        ...(rolled === null ? {} : { rollUp: rollUpFrom(rolled) }),
      },
      [DIRECTORY]: {
        ...wide,
        batch: directoryBatch,
        coveredBy: UNDER_DIRECTORY,
        covers: ["purge-url", DIRECTORY],
      },
    },
    calls: { ...usual.calls, RefreshObjectCaches: { ...CALL, perSecond: paceOf(given) } },
    quotas: { ...usual.quotas, ...(rolled === null ? {} : { directory: rolled.units }) },
    reserveForUrgent: reserve,
    ...(share === null ? {} : { shares: { url: { shop: share } } }),
  };
}

function legFor({ urls, directories }: Given): LegPlan {
  const lane = (name: Lane, texts: readonly string[]) => {
    const targets = texts.map((text) => ({ text, key: text, domain: domainOf(text) }));
    return {
      lane: name,
      options: {},
      targets: targets.toSorted((a, b) => (a.domain < b.domain ? -1 : a.domain > b.domain ? 1 : 0)),
    };
  };
  const lanes = [lane(DIRECTORY, directories), lane("purge-url", urls)];
  return { account: "ali", duplicates: 0, lanes: lanes.filter(({ targets }) => targets.length > 0) };
}

interface Spent {
  calls: number;
  today: number;
  later: number;
}

/** Sends everything, whatever day that takes; by lane what it took, and when the last call went out. */
async function run(store: Bundle, first: readonly Slot[], resetsAtMs: number) {
  const spent: Record<string, Spent> = {};
  let slots = first;
  let skewMs = 0;
  let lastAtMs = 0;
  for (;;) {
    const view = store.later(skewMs);
    const next: Slot[] = [];
    let untilMs = Number.POSITIVE_INFINITY;
    for (const slot of slots) {
      let taken = await view.work.take(slot);
      for (; taken.kind === "rolled"; taken = await view.work.take(slot)) next.push(...taken.slots);
      next.push(...taken.slots);
      if (taken.kind === "end") continue;
      if (taken.kind === "wait") {
        next.push(slot);
        untilMs = Math.min(untilMs, taken.why.untilMs ?? untilMs);
      } else {
        const recorded = await accept(view, { slot, batch: taken.batch, next: undefined });
        next.push(...recorded.slots);
        const of = spent[taken.batch.lane] ?? { calls: 0, today: 0, later: 0 };
        spent[taken.batch.lane] = of;
        of.calls += 1;
        of[store.nowMs + skewMs < resetsAtMs ? "today" : "later"] += taken.batch.items.length;
        lastAtMs = store.nowMs + skewMs;
        untilMs = 0;
      }
    }
    slots = next.filter(({ kind }) => kind.for === "submit");
    if (untilMs > 0 && untilMs < Number.POSITIVE_INFINITY)
      skewMs = Math.max(skewMs + 1, untilMs - store.nowMs);
    if (slots.length > 0) continue;
    slots = (await rescue(store.later(skewMs))).filter(({ kind }) => kind.for === "submit");
    if (slots.length === 0) return { spent, lastAtMs };
  }
}

it("what a leg would cost is what it costs: calls, units of the day and of later ones, and when the last call goes out", async () => {
  const [, morning = 0, resetsAtMs = 0] = dayStarts("Asia/Shanghai", Date.now(), 1, 2);
  await fc.assert(
    fc.asyncProperty(anything.map(alone), async (one) => {
      const leg = legFor(one);
      const inForce = limitsOf(one);
      const store = await bundle({ limits: inForce, nowMs: morning + HOUR });
      try {
        if (one.throttled !== null) {
          const { agoMs, ms } = one.throttled;
          const hold = { scope: "call", why: "throttled", ms } as const;
          await store.later(-agoMs).work.putOff("ali", [], 0, hold, seen);
        }
        const [state] = await store.intake.accounts();
        if (state === undefined) throw new Error("no account");
        const facts = {
          limits: inForce,
          coalesce: { quietMs: 0, maxWaitMs: 0 },
          state,
          isUrgent: one.isUrgent,
          producer: "shop",
          fromMs: store.nowMs,
        };
        const going = legCost(leg, facts);
        let told = going.next();
        while (told.done !== true) told = going.next();
        const cost = told.value;
        const priority = one.isUrgent ? "urgent" : "normal";
        const staged = await store.intake.stage(headOf("int_1", { priority }), leg, null);
        if (staged.kind !== "staged") throw new Error("no room");
        const { spent, lastAtMs } = await run(store, staged.slots, resetsAtMs);
        const lanes = new Set([...leg.lanes.map(({ lane }) => lane), ...Object.keys(spent)]);
        expect(cost.lanes.map(({ lane, calls }) => [lane, calls])).toEqual(
          [...lanes].sort().map((lane) => [lane, spent[lane]?.calls ?? 0]),
        );
        const byClass = { url: spent["purge-url"], directory: spent[DIRECTORY] };
        for (const [name, of] of Object.entries(byClass)) {
          const quota = cost.quotas.find((each) => each.class === name);
          const units = one.urlLane.unitsPerTarget;
          expect({ today: (quota?.before ?? 0) - (quota?.after ?? 0), later: quota?.later ?? 0 }).toEqual({
            today: (of?.today ?? 0) * units,
            later: (of?.later ?? 0) * units,
          });
        }
        expect(cost.lastCallAtMs).toBe(lastAtMs);
      } finally {
        await store.close();
      }
    }),
    { numRuns: Number(process.env.PURGELINE_WALKS ?? 30), examples: [[SLOWED]] },
  );
});
