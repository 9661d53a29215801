import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ENGINE = fileURLToPath(new URL("../../../packages/engine/src/", import.meta.url));
/** A port's method that is called; `now` and `monotonic` ask nothing of the world. */
const CALL = /\b(?:store|queue|transport|clock|idempotency)\.(?!now\b|monotonic\b|idempotency\b)\w+\(/;

/** Every line of the engine that does something outside its process, as `work/submit.ts:60`; reads for people apart. */
export function portCalls(): readonly string[] {
  return globSync("{admit,work}/**/*.ts", { cwd: ENGINE })
    .toSorted()
    .flatMap((file) =>
      readFileSync(`${ENGINE}${file}`, "utf8")
        .split("\n")
        .flatMap((line, index) => (CALL.test(line) ? [`${file}:${index + 1}`] : [])),
    );
}
