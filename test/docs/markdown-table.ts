/** A Markdown table as the formatter writes it: every column as wide as its widest cell. */
export function markdownTable(head: readonly string[], given: readonly (readonly string[])[]): string {
  // A bar ends a cell, in code too.
  const rows = given.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((title, i) =>
    Math.max(3, ...[title, ...rows.map((row) => row[i] ?? "")].map(width)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - width(cell))).join(" | ")} |\n`;
  return line(head) + line(widths.map((each) => "-".repeat(each))) + rows.map(line).join("");
}

export function code(text: string): string {
  return `\`${text}\``;
}

export function list(texts: readonly string[]): string {
  return texts.join(", ");
}

function width(cell: string): number {
  return [...cell].length;
}
