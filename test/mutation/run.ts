import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyProject } from "../architecture/project-copy.ts";
import { argumentsOrExit } from "../arguments/read-arguments.ts";
import { type Mutation, mutated } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { type NamedTest, runNamed } from "./run-named.ts";

/*
 * Takes the safeguards out one by one, in a copy of the project, and runs the test that has to notice. Exits with 1
 * where a test stays green without its safeguard, or is red with it.
 */

const { only: chosen } = argumentsOrExit({
  only: {
    expected: "words of a safeguard in docs/reliability.md",
    read: (value) => {
      const found = MUTATIONS.filter(({ safeguard }) => safeguard.includes(value));
      return found.length > 0 ? found : undefined;
    },
    otherwise: MUTATIONS,
  },
});
const folder = copyProject();
const unchanged = new Map<string, Promise<readonly NamedTest[]>>();
try {
  const survivors: string[] = [];
  for (const each of chosen) {
    const verdict = await judge(each);
    if (verdict !== "noticed") survivors.push(each.safeguard);
    process.stdout.write(
      `${verdict === "noticed" ? "✓" : "✗"} ${each.promise} ${each.safeguard}: ${verdict}\n`,
    );
  }
  process.stdout.write(`${chosen.length - survivors.length} of ${chosen.length} are noticed\n`);
  process.exitCode = survivors.length === 0 && chosen.length > 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Several safeguards may have one test. */
function withSafeguards(file: string, name: string): Promise<readonly NamedTest[]> {
  const key = `${file} ${name}`;
  const run = unchanged.get(key) ?? runNamed(folder, file, name);
  unchanged.set(key, run);
  return run;
}

async function judge(mutation: Mutation): Promise<string> {
  const [file, name] = mutation.test;
  const red = (await withSafeguards(file, name)).find(({ passed }) => !passed);
  if (red !== undefined) return `"${red.name}" is red with the safeguard in place`;
  const path = join(folder, mutation.file);
  const text = await readFile(path, "utf8");
  await writeFile(path, mutated(text, mutation));
  try {
    const after = await runNamed(folder, file, name);
    return after.some(({ passed }) => !passed) ? "noticed" : `"${name}" is green without it`;
  } finally {
    await writeFile(path, text);
  }
}
