import type { Campaign } from "./campaign.ts";

function quantile(times: readonly number[], part: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return value === undefined ? "–" : `${(value / 1000).toFixed(1)} s`;
}

export function reportOf({ verdict, strikes, kills }: Campaign): string {
  const { answerLost, crash, unexplained } = verdict.surplus;
  const kinds = ["lost", "hung", "failed", "stale", "unordered", "overLimit"] as const;
  const recoveries = [
    ...Object.entries(verdict.recoveryMs).sort(),
    ["any", Object.values(verdict.recoveryMs).flat()] as const,
  ];
  return [
    "",
    `${strikes.length} faults, ${kills} kills; ${verdict.intents} intents of ${verdict.targets} targets`,
    `confirmed ${verdict.confirmed}, maybe ${verdict.maybe}, refused ${verdict.refused}`,
    `${verdict.followers} of them were followed by a prefetch`,
    ...kinds.map((kind) => `${kind} ${verdict[kind].length}`),
    `${verdict.sendings} sendings of URLs; more than asked for since an answer was lost ${answerLost},`,
    `since a process or Redis failed ${crash}, for no cause ${unexplained.length}`,
    `from request to confirmed: p50 ${quantile(verdict.throughMs, 0.5)}, p99 ${quantile(verdict.throughMs, 0.99)}`,
    "",
    "from a fault until a purge asked for after it was confirmed: p50, p99, times",
    ...recoveries.map(
      ([fault, times]) => `  ${fault}: ${quantile(times, 0.5)}, ${quantile(times, 0.99)}, ${times.length}`,
    ),
    "",
  ].join("\n");
}

/** A row of a table: the fault, how often it struck, targets, recovery p50 and p99, sent once more. */
export function rowOf({ verdict, strikes }: Campaign): string {
  const times = Object.values(verdict.recoveryMs).flat();
  const { answerLost, crash } = verdict.surplus;
  const cells = [
    strikes[0]?.fault ?? "none",
    strikes.length,
    verdict.targets,
    quantile(times, 0.5),
    quantile(times, 0.99),
    answerLost + crash,
  ];
  return `| ${cells.join(" | ")} |`;
}
