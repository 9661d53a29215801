import type { ConfigProblem, Path } from "./config-problem.ts";

/** One line for each problem, `file:line:column` first, as editors and terminals link it. */
export function renderProblems(
  problems: readonly ConfigProblem[],
  file = "purgeline.yaml",
): readonly string[] {
  return problems.map(({ at, path, detail, value }) => {
    const place = at === null ? file : `${file}:${at.line}:${at.column}`;
    const subject = path.length === 0 ? "" : ` ${renderPath(path)}:`;
    const got = value === undefined ? "" : ` (got ${JSON.stringify(value)})`;
    return `${place}:${subject} ${detail}${got}`;
  });
}

/** `accounts[0].limits.lanes.purge-url.batch` */
function renderPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
