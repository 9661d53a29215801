import { domainToASCII } from "node:url";
import type { LimitOverrides, ProviderTable } from "@purgeline/core";
import { anyHostMatches, canonicalUrl, rollUpBreakEven } from "@purgeline/core";
import type { Findings, Path } from "../config-problem.ts";

/** A batch's keys are looked up in the set of each directory of their host; 2026-11-21, Purgeline. */
const MOST_A_HOST = 100;

/** `rollup` of an account: which directories may be purged in the place of URLs, and from how many on. */
export function checkRollup(
  own: LimitOverrides,
  table: ProviderTable,
  hosts: readonly string[],
  path: Path,
  findings: Findings,
): void {
  if (own.rollup === undefined) return;
  const { directories, atLeast } = own.rollup;
  for (const [index, directory] of directories.entries())
    checkDirectory(directory, directories.slice(0, index), hosts, [...path, "directories", index], findings);
  checkCount(directories, [...path, "directories"], findings);
  const breakEven = rollUpBreakEven(table, own);
  if (breakEven === null) {
    const detail =
      "this provider has no directory purge that does what a URL's does, or counts one of them not";
    findings.problem(path, "unsupported-rollup", detail);
  } else if (atLeast !== null && atLeast < breakEven) {
    const detail = `below the break-even: one directory costs as much of a day as ${breakEven} URLs`;
    findings.warning([...path, "atLeast"], "below-break-even", detail);
  }
}

function checkCount(directories: readonly string[], path: Path, findings: Findings): void {
  const counts = new Map<string, number>();
  for (const [index, directory] of directories.entries()) {
    const parsed = canonicalUrl(directory, { asciiHost: domainToASCII });
    const host = parsed.ok ? parsed.domain : "";
    const count = (counts.get(host) ?? 0) + 1;
    counts.set(host, count);
    // Once is enough.
    if (count !== MOST_A_HOST + 1 || host === "") continue;
    const detail = `expected at most ${MOST_A_HOST} directories of one host: this is one more of ${host}`;
    findings.problem([...path, index], "too-many-directories", detail);
  }
}

function checkDirectory(
  directory: string,
  before: readonly string[],
  hosts: readonly string[],
  path: Path,
  findings: Findings,
): void {
  const parsed = canonicalUrl(directory, { asciiHost: domainToASCII });
  if (!parsed.ok || parsed.canonical !== directory || parsed.url.query !== null || !directory.endsWith("/")) {
    const spelling = parsed.ok && parsed.url.query === null && directory.endsWith("/");
    const detail = spelling
      ? `expected it as ${parsed.canonical}: texts are compared as they are spelled`
      : "expected a directory: http:// or https://, a host, a path that ends in /, and no query";
    findings.problem(path, "bad-directory", detail);
    return;
  }
  // A host that is unreadable may be the one that is meant.
  if (!findings.isBad([...path.slice(0, -3), "hosts"]) && !anyHostMatches(hosts, parsed.domain))
    findings.problem(
      path,
      "foreign-host",
      `expected a host of this account: ${hosts.join(", ") || "it has none"}`,
    );
  const other = before.findIndex((each) => each.startsWith(directory) || directory.startsWith(each));
  if (other === -1) return;
  const detail = `expected directories apart: directories[${other}] is the same, or one lies in the other`;
  findings.problem(path, "duplicate", detail);
}
