import type { Chart } from "./scenario.ts";

/** A chart as GitHub draws it, in a block of Markdown. Mermaid's axes begin at 0 only where they are told to. */
export function mermaidOf({ title, kind, xTitle, labels, yTitle, values }: Chart): string {
  const x = xTitle === undefined ? "" : `${quoted(xTitle)} `;
  const most = Math.max(...values);
  return [
    "```mermaid",
    "xychart-beta",
    `  title ${quoted(title)}`,
    `  x-axis ${x}[${labels.map(quoted).join(", ")}]`,
    `  y-axis ${quoted(yTitle)} 0 --> ${short(most)}`,
    `  ${kind} [${values.map(short).join(", ")}]`,
    "```\n",
  ].join("\n");
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', "'")}"`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
