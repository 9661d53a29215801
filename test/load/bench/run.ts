import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { writePart } from "../../docs/generated-part.ts";
import { runBench, SCENARIOS } from "./bench.ts";
import { reportOf } from "./report.ts";

/*
 * `npm run bench`: every scenario against its baselines, in one run. Exits with 1 where a promised ratio is missed.
 * docs/performance.md says what the figures mean; `--docs` writes them there.
 */

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    scale: { type: "string", default: "1" },
    json: { type: "string" },
    docs: { type: "boolean", default: false },
  },
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function chosen() {
  const { only } = values;
  const found = SCENARIOS.filter(({ name }) => only === undefined || name === only);
  if (found.length > 0) return found;
  throw new Error(`--only: expected one of ${SCENARIOS.map(({ name }) => name).join(", ")}, got ${only}`);
}

const scale = Number(values.scale);
if (!(scale > 0 && scale <= 1))
  throw new Error(`--scale: expected a number over 0, up to 1, got ${values.scale}`);
const result = await runBench({ scenarios: chosen(), scale, say });
for (const scenario of result.scenarios) {
  const report = reportOf(result, scenario);
  say(`\n== ${scenario.name}, ${scenario.seconds.toFixed(0)} s\n\n${report}`);
  if (values.docs) writePart("performance.md", `bench ${scenario.name}`, report);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
if (result.isMet !== null) say(result.isMet ? "every promised ratio is kept" : "MISSED: see above");
process.exitCode = result.isMet === false ? 1 : 0;
