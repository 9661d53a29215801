import type { Recorded } from "@purgeline/core";

type Counts<Name extends string> = Readonly<Partial<Record<Name, number>>>;

/** What the steps of one answer came to. */
export function together(steps: readonly Recorded[]): Recorded {
  const elsewhere: Recorded["transitions"]["elsewhere"][] = steps.map((step) => step.transitions.elsewhere);
  const lanes = [...new Set(elsewhere.flatMap((each) => Object.keys(each) as (keyof typeof each)[]))];
  return {
    applied: steps.some(({ applied }) => applied),
    slots: steps.flatMap(({ slots }) => slots),
    transitions: {
      targets: sumOf(steps.map(({ transitions }) => transitions.targets)),
      elsewhere: Object.fromEntries(
        lanes.map((lane) => [lane, sumOf(elsewhere.map((each) => each[lane] ?? {}))]),
      ),
      legs: steps.flatMap(({ transitions }) => transitions.legs),
    },
  };
}

function sumOf<Name extends string>(all: readonly Counts<Name>[]): Counts<Name> {
  const sum: Partial<Record<Name, number>> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts) as [Name, number][])
      sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
