import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BenchResult, SCENARIOS } from "./bench/bench.ts";
import { mermaidOf } from "./bench/mermaid-chart.ts";
import { quantile } from "./bench/quantile.ts";
import { callForEach, script, windows } from "./bench/rivals.ts";
import { isMet } from "./bench/scenario.ts";
import { type Sample, steadyOf } from "./bench/steady.ts";
import { traceOf } from "./bench/trace.ts";

const PROGRAM = fileURLToPath(new URL("bench/run.ts", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "purgeline-bench-"));
});
afterEach(() => rm(folder, { recursive: true }));

const bench = (...args: readonly string[]) => promisify(execFile)(process.execPath, [PROGRAM, ...args]);

describe("npm run bench", () => {
  it.each(SCENARIOS.map(({ name }) => name))(
    "%s: a small run writes its figures and ratios, and judges none",
    { timeout: 180_000 },
    async (name) => {
      const file = join(folder, "bench.json");
      const { stdout } = await bench("--only", name, "--scale", "0.02", "--json", file);
      const result = JSON.parse(await readFile(file, "utf8")) as BenchResult;
      expect(result).toMatchObject({ scale: 0.02, isMet: null, scenarios: [{ name }] });
      const { rows = [], ratios = [] } = result.scenarios[0] ?? {};
      const figures = rows.flatMap((row) => Object.values(row.figures));
      expect(figures.filter((figure) => !Number.isFinite(figure) || figure <= 0)).toEqual([]);
      expect(rows.length).toBeGreaterThan(1);
      expect(ratios.length).toBeGreaterThan(0);
      for (const ratio of ratios) {
        expect(ratio).toMatchObject({ value: expect.any(Number), isMet: null });
        expect(stdout).toContain(ratio.name);
        // However little a machine gets done, what must never be is not.
        if (ratio.atMost === 0) expect(ratio.value, ratio.name).toBe(0);
      }
    },
  );

  it.each([
    [["--only", "speed"], "--only: expected one of isolation"],
    [["--scale", "0"], "--scale: expected a number over 0, up to 1, got 0"],
  ])("%j: says what it expected", async (args, words) => {
    await expect(bench(...args)).rejects.toThrow(words);
  });
});

it.each([
  [{ value: 1.5, atMost: 1.5 }, true],
  [{ value: 1.51, atMost: 1.5 }, false],
  [{ value: 5, atLeast: 5 }, true],
  [{ value: 4.9, atLeast: 5 }, false],
  [{ value: Number.NaN, atMost: 1.5 }, false],
])("a ratio like %j is kept: %j", (ratio, kept) => {
  expect(isMet({ name: "", ...ratio })).toBe(kept);
});

it.each([
  [[3, 1, 2], 0.5, 2],
  [Array.from({ length: 100 }, (_, i) => i + 1), 0.99, 99],
  [[7], 0.99, 7],
  [[], 0.5, Number.NaN],
])("of %j the part %d is at %d", (values, part, at) => {
  expect(quantile(values, part)).toBe(at);
});

it("the steady pace leaves out the start and the tail, by what it did and what it cost", () => {
  const samples: readonly Sample[] = [
    { atMs: 0, done: 0, cpuMs: 0 },
    { atMs: 5000, done: 0, cpuMs: 2000 },
    { atMs: 6000, done: 200, cpuMs: 4000 },
    { atMs: 7000, done: 800, cpuMs: 7000 },
    { atMs: 8000, done: 1000, cpuMs: 8000 },
    { atMs: 99_000, done: 1000, cpuMs: 9000 },
  ];
  // From 100, at 5,500 ms and 3,000 ms of CPU, to 900, at 7,500 and 7,500.
  expect(steadyOf(samples, 1000)).toEqual({
    perSecond: 400,
    perCpuSecond: expect.closeTo(177.78, 2),
    cores: 2.25,
  });
});

it("a chart's axis begins at nothing, and its texts cannot end what they stand in", () => {
  const values = [12_345.678, 0.5];
  const chart = { title: 'a "title"', kind: "bar", labels: ["x", "y"], yTitle: "targets/s", values } as const;
  expect(mermaidOf(chart).split("\n")).toEqual([
    "```mermaid",
    "xychart-beta",
    `  title "a 'title'"`,
    '  x-axis ["x", "y"]',
    '  y-axis "targets/s" 0 --> 12350',
    "  bar [12350, 0.5]",
    "```",
    "",
  ]);
});

describe("what one would do instead", () => {
  const trace = [
    { atMs: 0, urls: ["a", "b"], directories: [] },
    { atMs: 990, urls: ["a"], directories: ["d/"] },
    { atMs: 1010, urls: Array.from({ length: 21 }, (_, i) => `${i}`), directories: [] },
  ];

  it("a call for each target waits for the calls before it, 20 ms each", () => {
    const { waitsMs, ...outlay } = callForEach(trace);
    expect(outlay).toEqual({ submits: 25, urlUnits: 24, directoryUnits: 1 });
    expect(waitsMs?.slice(0, 6)).toEqual([0, 20, 0, 20, 20, 40]);
  });

  it("the provider's script makes calls of 20 of a kind, for each intent by itself", () => {
    const outlay = { submits: 5, urlUnits: 24, directoryUnits: 1, waitsMs: null };
    expect(script(trace, 20)).toEqual(outlay);
  });

  it("a fixed window sends each target once, in one call of a kind, when it ends", () => {
    const { waitsMs, ...outlay } = windows(trace, 1000);
    expect(outlay).toEqual({ submits: 3, urlUnits: 23, directoryUnits: 1 });
    expect(waitsMs?.slice(0, 5)).toEqual([1000, 1000, 10, 10, 990]);
  });
});

describe("the trace of a shop", () => {
  const trace = traceOf({ seed: 7, seconds: 600 });

  it("is the same for the same seed, and ordered by time", () => {
    expect(traceOf({ seed: 7, seconds: 600 })).toEqual(trace);
    expect(traceOf({ seed: 8, seconds: 600 })).not.toEqual(trace);
    expect(trace.map(({ atMs }) => atMs)).toEqual(trace.map(({ atMs }) => atMs).sort((a, b) => a - b));
  });

  it("asks for the first page of a section about ten times as often as for the tenth", () => {
    const timesOf = (page: number) =>
      trace.flatMap(({ urls }) => urls.filter((url) => url.endsWith(`/page-${page}.html`))).length;
    expect(timesOf(1)).toBeGreaterThan(5 * timesOf(10));
    expect(timesOf(10)).toBeGreaterThan(5);
  });
});
