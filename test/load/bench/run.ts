import { writeFile } from "node:fs/promises";
import { argumentsOrExit, flag } from "../../arguments/read-arguments.ts";
import { writePart } from "../../docs/generated-part.ts";
import { runBench, SCENARIOS } from "./bench.ts";
import { reportOf } from "./report.ts";

/*
 * `npm run bench`: every scenario against its baselines, in one run. Exits with 1 where a promise is missed.
 * docs/performance.md says what the figures mean; `--docs` writes them there.
 */

const { only, scale, json, docs } = argumentsOrExit({
  only: {
    expected: `one of ${SCENARIOS.map(({ name }) => name).join(", ")}`,
    read: (value) => {
      const found = SCENARIOS.filter(({ name }) => name === value);
      return found.length > 0 ? found : undefined;
    },
    otherwise: SCENARIOS,
  },
  scale: {
    expected: "a number over 0, up to 1",
    read: (value) => (Number(value) > 0 && Number(value) <= 1 ? Number(value) : undefined),
    otherwise: 1,
  },
  json: { expected: "a file", read: (value) => value || undefined, otherwise: "" },
  docs: flag(),
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const result = await runBench({ scenarios: only, scale, say });
for (const scenario of result.scenarios) {
  const report = reportOf(result, scenario);
  say(`\n== ${scenario.name}, ${scenario.seconds.toFixed(0)} s\n\n${report}`);
  if (docs) writePart("performance.md", `bench ${scenario.name}`, report);
}
if (json !== "") await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
if (result.isMet !== null) say(result.isMet ? "every promise is kept" : "MISSED: see above");
process.exitCode = result.isMet === false ? 1 : 0;
