import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { local } from "./gates.mjs";
import { cache } from "./project.mjs";

/**
 * All tests, closing with "N passed, N failed, N skipped" alone on a line, for those who read it by program.
 * @param {readonly string[]} filters as vitest takes them
 * @returns {import("./gates.mjs").Step}
 */
export function tests(filters) {
  return { title: "tests", tool: "vitest", run: (env) => runVitest(env, filters) };
}

async function runVitest(/** @type {NodeJS.ProcessEnv} */ env, /** @type {readonly string[]} */ filters) {
  const report = join(cache, `vitest-${process.pid}.json`);
  mkdirSync(cache, { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const code = await local(env, "vitest", ["run", ...reporters, ...filters]);
    console.log(`\n${summary(report, code)}`);
    return code;
  } finally {
    rmSync(report, { force: true });
  }
}

/** A file that cannot be loaded has no test that could fail, and an unhandled rejection belongs to none: each counts. */
function summary(/** @type {string} */ report, /** @type {number} */ code) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = readReport(report);
  const brokenFiles = testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const failed = Math.max(numFailedTests + brokenFiles.length, code === 0 ? 0 : 1);
  const skipped = numPendingTests + numTodoTests;
  return `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * @typedef {{ status: string, assertionResults: unknown[] }} TestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: TestFile[] }} Report
 * @returns {Report}
 */
function readReport(/** @type {string} */ report) {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
