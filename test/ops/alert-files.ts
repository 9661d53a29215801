import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { COUNTERS, HISTOGRAMS, PROCESS_GAUGES, STATE_GAUGES } from "@purgeline/telemetry";
import { parse, stringify } from "yaml";

export const INFRA = new URL("../../infra/", import.meta.url).pathname;
export const RULES = `${INFRA}prometheus/rules/purgeline.yml`;
export const RULE_TESTS: readonly string[] = globSync(`${INFRA}prometheus/tests/*.yml`).toSorted();

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity?: string };
  readonly annotations: Readonly<Record<string, string>>;
}

interface Recording {
  readonly record: string;
  readonly expr: string;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly (Alert | Recording)[] }[];
}

interface RuleTestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

export const rulesText: string = readFileSync(RULES, "utf8");

function rulesOf(text: string): readonly (Alert | Recording)[] {
  const { groups }: RuleFile = parse(text);
  return groups.flatMap((group) => group.rules);
}

export function alertsOf(text: string): readonly Alert[] {
  return rulesOf(text).filter((rule) => "alert" in rule);
}

/** One of the test files, with the cases of one alert only. */
export function testsFor(alert: string, path: string): string {
  const file: RuleTestFile = parse(readFileSync(path, "utf8"));
  const tests = file.tests.filter((test) =>
    test.alert_rule_test.some(({ alertname }) => alertname === alert),
  );
  return stringify({ ...file, tests });
}

/** Names of alerts with a case where they fire, and of those with one where they stay quiet. */
export function casesOf(paths: readonly string[]): {
  readonly fires: Set<string>;
  readonly quiet: Set<string>;
} {
  const fires = new Set<string>();
  const quiet = new Set<string>();
  for (const path of paths) {
    const file: RuleTestFile = parse(readFileSync(path, "utf8"));
    for (const { alertname, exp_alerts: expected } of file.tests.flatMap((test) => test.alert_rule_test)) {
      (expected.length > 0 ? fires : quiet).add(alertname);
    }
  }
  return { fires, quiet };
}

export function runbooks(): readonly string[] {
  return globSync(`${INFRA}runbooks/*.md`).map((path) => basename(path, ".md"));
}

export const METRICS: readonly string[] = [COUNTERS, HISTOGRAMS, PROCESS_GAUGES, STATE_GAUGES].flatMap(
  (table) => Object.keys(table),
);

/** Metrics and recorded series that a rule file reads and nobody writes. */
export function unknownSeries(text: string): readonly string[] {
  const rules = rulesOf(text);
  const known = new Set([...METRICS, ...rules.flatMap((rule) => ("record" in rule ? [rule.record] : []))]);
  const used = rules.flatMap(({ expr }) => expr.match(/\bpurgeline[_:][a-z0-9_:]+/g) ?? []);
  return [...new Set(used)].filter(
    (name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, "")),
  );
}
