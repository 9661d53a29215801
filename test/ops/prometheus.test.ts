import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  alertsOf,
  casesOf,
  INFRA,
  RULE_TESTS,
  RULES,
  rulesText,
  runbooks,
  testsFor,
  unknownSeries,
} from "./alert-files.ts";
import { type Ended, promtool, whyNoPromtool } from "./promtool.ts";

const alerts = alertsOf(rulesText);
const names = alerts.map(({ alert }) => alert).toSorted();

/** What the shipped cases of one alert say about other rules. */
function testRules(alert: string, rules: string): Ended {
  const folder = mkdtempSync(join(tmpdir(), "purgeline-rules-"));
  try {
    mkdirSync(join(folder, "rules"));
    mkdirSync(join(folder, "tests"));
    writeFileSync(join(folder, "rules/purgeline.yml"), rules);
    const files = RULE_TESTS.map((path) => {
      const copy = join(folder, "tests", basename(path));
      writeFileSync(copy, testsFor(alert, path));
      return copy;
    });
    return promtool(["test", "rules", ...files]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The rule file with one alert's expression replaced. */
function planted(alert: string, expr: string): string {
  const [before = "", rest = ""] = rulesText.split(`- alert: ${alert}\n`);
  return `${before}- alert: ${alert}\n${rest.replace(/expr: (?:\|\n(?: {10}.*\n)+|.*\n)/, `expr: ${expr}\n`)}`;
}

describe("promtool", () => {
  beforeEach((context) => {
    if (whyNoPromtool !== null) context.skip(whyNoPromtool);
  });

  it("accepts the rules and the example configuration", () => {
    expect(promtool(["check", "rules", RULES])).toMatchObject({ code: 0 });
    expect(promtool(["check", "config", `${INFRA}prometheus/prometheus.yml`])).toMatchObject({ code: 0 });
  });

  it("refuses a planted rule with a missing bracket", () => {
    const broken = planted(
      "PurgelineAccountStopped",
      "max without (instance (purgeline_account_stopped) == 1",
    );
    expect(testRules("PurgelineAccountStopped", broken)).toMatchObject({
      code: 1,
      said: expect.stringContaining("parse"),
    });
  });

  it("finds that every alert fires and stays quiet where its cases say so", () => {
    expect(promtool(["test", "rules", ...RULE_TESTS])).toMatchObject({ code: 0 });
  });

  it.each(names)("finds out if %s never fires, or always", (alert) => {
    expect(testRules(alert, planted(alert, "vector(1) < 0")).said).toContain(alert);
    expect(testRules(alert, planted(alert, "vector(1)")).said).toContain(alert);
  });
});

describe("the rules", () => {
  it("have a case that fires and a case that stays quiet for each alert, and for nothing else", () => {
    const { fires, quiet } = casesOf(RULE_TESTS);
    expect([...fires].toSorted()).toEqual(names);
    expect([...quiet].toSorted()).toEqual(names);
  });

  it("have a runbook for each alert, which its annotation names, and no runbook without an alert", () => {
    expect(runbooks().toSorted()).toEqual(names);
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook).toBe(`infra/runbooks/${alert}.md`);
    }
  });

  it("say for each alert how bad it is, what happened and what it means", () => {
    for (const alert of alerts) {
      expect(alert).toMatchObject({
        labels: { severity: expect.stringMatching(/^(?:warning|critical)$/) },
        annotations: { summary: expect.stringMatching(/\w/), description: expect.stringMatching(/\.$/) },
      });
    }
  });

  it("read only metrics that Purgeline exposes and series that they record", () => {
    expect(unknownSeries(rulesText)).toEqual([]);
    expect(
      unknownSeries(planted("PurgelineUrgentOld", "purgeline_pending_tragets > purgeline:eligible")),
    ).toEqual(["purgeline_pending_tragets", "purgeline:eligible"]);
  });
});
