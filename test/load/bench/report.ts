import { markdownTable } from "../../docs/markdown-table.ts";
import type { BenchResult, Machine, ScenarioResult } from "./bench.ts";
import { mermaidOf } from "./mermaid-chart.ts";

/** A scenario's figures, promises and charts, in Markdown, under what they were measured on. */
export function reportOf(result: BenchResult, scenario: ScenarioResult): string {
  const figures = [...new Set(scenario.rows.flatMap((row) => Object.keys(row.figures)))];
  const rows = scenario.rows.map((row) => [row.name, ...figures.map((name) => textOf(row.figures[name]))]);
  const ratios = scenario.ratios.map(({ name, value, atMost, atLeast, isMet }) => [
    name,
    textOf(value),
    [atMost === undefined ? [] : [`≤ ${atMost}`], atLeast === undefined ? [] : [`≥ ${atLeast}`]]
      .flat()
      .join(", "),
    isMet === null ? "not judged" : isMet ? "kept" : "missed",
  ]);
  return [
    `${measuredOn(result)}\n`,
    markdownTable(["", ...figures.map(titleOf)], rows),
    markdownTable(["promise", "measured", "promised", ""], ratios),
    ...scenario.charts.map(mermaidOf),
  ].join("\n");
}

function measuredOn({ measuredAt, machine, scale }: BenchResult): string {
  const when = `${measuredAt.slice(0, 16).replace("T", " ")} UTC`;
  return `Measured ${when}${scale === 1 ? "" : `, at a scale of ${scale}`}: ${machineText(machine)}.`;
}

function machineText({ cores, cpu, load, node, redis }: Machine): string {
  return `${cores} cores (${cpu}), load ${load.toFixed(1)} before it began, Node ${node}, Redis ${redis}`;
}

/** `p50Ms` → `p50, ms`. */
function titleOf(name: string): string {
  const [, what = name, unit] = /^(.*?)(Ms)?$/.exec(name) ?? [];
  return unit === undefined ? what : `${what}, ${unit.toLowerCase()}`;
}

function textOf(value: number | undefined): string {
  if (value === undefined) return "";
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(2);
}
