import type { z } from "zod";
import type { Finding, Path } from "./config-problem.ts";
import { unknownKey } from "./did-you-mean.ts";
import { type Draft, file } from "./schema/file.ts";

/**
 * Checks every part by itself. What is wrong is reported and taken out, and the rest
 * goes on as a draft, so that the rules between keys are checked in the same run.
 */
export function checkShape(
  data: unknown,
  missing: readonly Path[],
): { draft: Draft; findings: readonly Finding[] } {
  const given = data ?? {};
  const first = file.safeParse(given);
  const findings = (first.error?.issues ?? []).flatMap((issue) => toFindings(issue, []));
  const bad = [...missing, ...findings.map((finding) => finding.path)];
  const second = first.success && bad.length === 0 ? first : file.safeParse(without(given, bad));
  if (!second.success) {
    const where = second.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new Error(`config: a file without its bad values must have the right shape, but not at ${where}`);
  }
  // A missing variable leaves an empty text behind, which has been reported already.
  const isMissing = (path: Path): boolean => missing.some((each) => each.join("\n") === path.join("\n"));
  return { draft: second.data, findings: findings.filter(({ path }) => !isMissing(path)) };
}

function toFindings(issue: z.core.$ZodIssue, head: Path): readonly Finding[] {
  const path: Path = [...head, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
  switch (issue.code) {
    case "unrecognized_keys":
      // The message carries the known keys: see `section` in schema/fields.ts.
      return issue.keys.map((key) => ({
        path: [...path, key],
        code: "unknown-key",
        detail: unknownKey(key, issue.message.split(" ")),
      }));
    case "invalid_union": {
      // The branch that got past the kind of the value is the one that was meant.
      const meant = issue.errors.find((branch) => branch.some(isInside));
      if (meant !== undefined) return meant.flatMap((inner) => toFindings(inner, path));
      return [{ path, code: "invalid-value", detail: issue.message }];
    }
    case "invalid_type":
      return [{ path, code: CODES[issue.expected] ?? "invalid-value", detail: issue.message }];
    case "custom": {
      const code = issue.params?.code;
      return [{ path, code: typeof code === "string" ? code : "invalid-value", detail: issue.message }];
    }
    default:
      return [{ path, code: "invalid-value", detail: issue.message }];
  }
}

const CODES: Readonly<Record<string, string>> = {
  object: "not-a-mapping",
  record: "not-a-mapping",
  array: "not-a-list",
};

function isInside(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 || issue.code === "unrecognized_keys";
}

/**
 * A copy without the values at these paths. What is bad inside a list takes the list
 * with it, or the places of the other entries would shift; only tokens and accounts
 * stay, as mappings without the bad part, because rules follow for each of them.
 */
function without(data: unknown, paths: readonly Path[]): unknown {
  if (paths.some((path) => path.length === 0)) return {};
  const copy: unknown = structuredClone(data);
  for (const path of paths) {
    const at = removable(path);
    const parent = at.slice(0, -1).reduce(inner, copy);
    const last = at.at(-1);
    if (typeof parent !== "object" || parent === null || last === undefined) continue;
    if (typeof last === "number") Reflect.set(parent, last, {});
    else Reflect.deleteProperty(parent, last);
  }
  return copy;
}

function removable(path: Path): Path {
  const kept = path[0] === "tokens" || path[0] === "accounts" ? 2 : 0;
  const list = path.findIndex((key, index) => index >= kept && typeof key === "number");
  return list === -1 ? path : path.slice(0, list);
}

function inner(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
