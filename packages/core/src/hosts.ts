import type { CacheKeyRule, QueryRule } from "./account.ts";

/**
 * Whether a host pattern covers a host: a name covers itself, `*.` and a name covers
 * every host with one or more labels before that name, but not the name itself.
 * Both sides canonical: lower case, ASCII, no trailing dot.
 */
export function hostMatches(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  const suffix = pattern.slice(1);
  return host.length > suffix.length && host.endsWith(suffix);
}

export function anyHostMatches(patterns: readonly string[], host: string): boolean {
  return patterns.some((pattern) => hostMatches(pattern, host));
}

/** The query rule of a host: the first that matches, else `keep`, which never joins two objects. */
export function queryRuleOf(rules: readonly CacheKeyRule[], host: string): QueryRule {
  return rules.find((rule) => hostMatches(rule.host, host))?.query ?? "keep";
}
