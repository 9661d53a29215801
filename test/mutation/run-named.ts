import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

export interface NamedTest {
  readonly name: string;
  readonly passed: boolean;
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the tests of a file whose names have these words in them; throws where there is none, or the file cannot be run. */
export async function runNamed(folder: string, file: string, words: string): Promise<readonly NamedTest[]> {
  const report = join(folder, "mutation-report.json");
  await rm(report, { force: true });
  const pattern = words.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const args = ["run", file, "-t", pattern, "--reporter=json", `--outputFile=${report}`];
  const vitest = spawn(join(folder, "node_modules", ".bin", "vitest"), args, {
    cwd: folder,
    stdio: "ignore",
  });
  await once(vitest, "close");
  const { testResults } = JSON.parse(await readFile(report, "utf8")) as Report;
  const run = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "passed" || status === "failed");
  if (run.length === 0) {
    const said = testResults.map(({ message }) => message).join("\n");
    throw new Error(`${file} ran no test named "${words}"\n${said}`);
  }
  return run.map(({ fullName, status }) => ({ name: fullName, passed: status === "passed" }));
}
