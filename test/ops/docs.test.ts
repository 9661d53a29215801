import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COUNTERS, EVENTS, HISTOGRAMS, PROCESS_GAUGES, STATE_GAUGES } from "@purgeline/telemetry";
import { describe, expect, it } from "vitest";
import { alertsOf, METRICS, rulesText } from "./alert-files.ts";
import { promtool, whyNoPromtool } from "./promtool.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const operations = readFileSync(new URL("operations.md", DOCS), "utf8");
const metrics = readFileSync(new URL("metrics.md", DOCS), "utf8");

/** The cells of a page's table rows whose first cell fits. */
function rows(page: string, first: RegExp): readonly (readonly string[])[] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .slice(2, -2)
        .split(" | ")
        .map((cell) => cell.trim()),
    )
    .filter(([cell = ""]) => first.test(cell));
}

describe("docs/operations.md", () => {
  it("lists every log event with its sentence, in order, and no other", () => {
    expect(rows(operations, /^`[a-z]+\.[a-z]+`$/)).toEqual(
      Object.entries(EVENTS).map(([event, sentence]) => [`\`${event}\``, sentence]),
    );
  });

  it("lists every alert with its severity and what it says, in order, and no other", () => {
    expect(rows(operations, /^\[Purgeline/)).toEqual(
      alertsOf(rulesText).map(({ alert, labels, annotations }) => [
        `[${alert}](../infra/runbooks/${alert}.md)`,
        labels.severity,
        annotations.description,
      ]),
    );
  });
});

describe("docs/metrics.md", () => {
  const TABLES = { ...STATE_GAUGES, ...COUNTERS, ...HISTOGRAMS, ...PROCESS_GAUGES };
  const described = rows(metrics, /^`purgeline_/).filter((cells) => cells.length === 4);

  it("describes every metric with its labels and meaning, in order, and no other", () => {
    expect(described.map(([name, labels, , meaning]) => [name, labels, meaning])).toEqual(
      Object.entries(TABLES).map(([name, { labels, help }]) => [
        `\`${name}\``,
        labels.map((label) => `\`${label}\``).join(", ") || "–",
        help,
      ]),
    );
  });

  it("gives every metric a unit that its name agrees with", () => {
    for (const [name = "", , unit] of described) {
      expect(unit).toMatch(
        name.includes("seconds")
          ? /seconds$/
          : /^(?:targets|bytes|batches|units|jobs|intents|calls|0 or 1|1)$/,
      );
    }
  });

  it("lists the buckets of every histogram", () => {
    expect(rows(metrics, /^`purgeline_/).filter((cells) => cells.length === 2)).toEqual(
      Object.entries(HISTOGRAMS).map(([name, { buckets }]) => [`\`${name}\``, buckets.join(", ")]),
    );
  });

  it("asks its example questions in valid queries about existing metrics", (context) => {
    if (whyNoPromtool !== null) context.skip(whyNoPromtool);
    const queries = rows(metrics, /\?/).map(([, query = ""]) => query.replace(/^`|`$/g, ""));
    expect(queries).toHaveLength(6);
    const group = {
      name: "docs",
      rules: queries.map((expr, index) => ({ record: `docs:query_${index}`, expr })),
    };
    const folder = mkdtempSync(join(tmpdir(), "purgeline-queries-"));
    writeFileSync(join(folder, "queries.json"), JSON.stringify({ groups: [group] }));
    const checked = promtool(["check", "rules", join(folder, "queries.json")]);
    rmSync(folder, { recursive: true });
    expect(checked).toMatchObject({ code: 0 });
    for (const name of queries.join(" ").match(/purgeline_\w+/g) ?? []) {
      expect(METRICS).toContain(name.replace(/_(?:bucket|sum|count)$/, ""));
    }
  });
});

it("the links of both pages lead to files", () => {
  const links = [...(operations + metrics).matchAll(/\]\(([^)#]+)/g)].map(([, path = ""]) => path);
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((path) => !existsSync(new URL(path, DOCS)))).toEqual([]);
});
