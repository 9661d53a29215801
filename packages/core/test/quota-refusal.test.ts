import { describe, expect, it } from "vitest";
import { quotasOf } from "../src/limits.ts";
import type { QuotaFigure } from "../src/provider.ts";
import { decideQuota, type QuotaFacts } from "../src/quota-refusal.ts";
import type { Verdict } from "../src/work-store.ts";

const HOME = "url";
const ABROAD = "url@overseas";

function left(name: string, remaining: number | null): QuotaFigure {
  return { class: name, limit: null, remaining, batch: null };
}

function park(...spent: readonly (readonly [string, number | null])[]): Verdict {
  const classes = spent.map(([name, remaining]) => ({ class: name, remaining }));
  return { do: "retry", inMs: 0, resend: null, hold: { scope: "quota", spent: classes } };
}

function slow(ms: number): Verdict {
  return { do: "retry", inMs: ms, resend: null, hold: { scope: "call", why: "rate", ms } };
}

const SURE = false;
const DOUBTFUL = true;

describe("a refusal for want of quota", () => {
  // The batch costs 10 units.
  it.each<[string, string | null, boolean, readonly string[], readonly QuotaFigure[] | null, Verdict | null]>(
    [
      ["nobody asked", HOME, SURE, [HOME], null, park([HOME, null])],
      ["nobody asked, and it may be a queue", HOME, DOUBTFUL, [HOME], null, slow(60_000)],
      ["nothing is left", HOME, SURE, [HOME], [left(HOME, 0)], park([HOME, 0])],
      ["too little is left", HOME, SURE, [HOME], [left(HOME, 9)], park([HOME, 9])],
      ["and a queue is no excuse", HOME, DOUBTFUL, [HOME], [left(HOME, 9)], park([HOME, 9])],
      ["enough is left: not the day", HOME, SURE, [HOME], [left(HOME, 10)], slow(60_000)],
      ["enough is left: a full queue", HOME, DOUBTFUL, [HOME], [left(HOME, 10)], slow(15_000)],
      ["the rest is not told", HOME, SURE, [HOME], [left(HOME, null)], park([HOME, null])],
      ["another class is told", HOME, SURE, [HOME], [left("directory", 0)], park([HOME, null])],
      ["the provider names the class", ABROAD, SURE, [HOME], [left(HOME, 0)], park([ABROAD, null])],
      ["no class is named", null, SURE, [HOME], null, park([HOME, null])],
      [
        "one of two is short",
        null,
        SURE,
        [HOME, ABROAD],
        [left(HOME, 99), left(ABROAD, 3)],
        park([ABROAD, 3]),
      ],
      ["both have enough", null, SURE, [HOME, ABROAD], [left(HOME, 99), left(ABROAD, 99)], slow(60_000)],
      ["one of two is not told", null, SURE, [HOME, ABROAD], [left(HOME, 99)], park([ABROAD, null])],
      ["neither is told", null, SURE, [HOME, ABROAD], null, park([HOME, null], [ABROAD, null])],
      ["nobody knows a class", null, SURE, [], null, null],
    ],
  )("%s", (_, named, doubtful, quotas, told, verdict) => {
    const failure = {
      kind: "quota",
      class: named,
      doubtful,
      code: "Spent",
      message: "",
      requestId: null,
    } as const;
    const facts: QuotaFacts = { quotas, units: 10, told };
    expect(decideQuota(failure, facts)).toEqual(verdict);
  });
});

describe("the classes that a call spends", () => {
  const quotaByOption = { option: "Area", classes: { overseas: [ABROAD], global: [HOME, ABROAD] } };
  it.each([
    ["no option", quotaByOption, {}, [HOME]],
    ["a value with a class of its own", quotaByOption, { Area: "overseas" }, [ABROAD]],
    ["a value with several", quotaByOption, { Area: "global" }, [HOME, ABROAD]],
    ["a value that changes nothing", quotaByOption, { Area: "mainland" }, [HOME]],
    ["a value that every object has", quotaByOption, { Area: "constructor" }, [HOME]],
    ["another option", quotaByOption, { Zone: "overseas" }, [HOME]],
    ["a lane without such an option", null, { Area: "overseas" }, [HOME]],
  ])("%s", (_, by, options, classes) => {
    expect(quotasOf({ quota: HOME, quotaByOption: by }, options)).toEqual(classes);
  });

  it("are none where the provider counts nothing", () => {
    expect(quotasOf({ quota: null, quotaByOption: null }, {})).toEqual([]);
  });
});
