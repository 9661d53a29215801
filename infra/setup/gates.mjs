import { join } from "node:path";
import { run } from "./child.mjs";
import { pnpm } from "./packages.mjs";
import { bin, cache, root } from "./project.mjs";

/**
 * What must hold before a test is worth running; each is one tool with one question.
 * @typedef {{ title: string, tool: string, run: (env: NodeJS.ProcessEnv) => Promise<number> }} Step
 * @type {readonly Step[]}
 */
export const gates = [
  { title: "format and lint", tool: "biome ci", run: (env) => biome(env, ["ci", ...plain(), "."]) },
  // turbo finds the workspace by asking pnpm, hence through it.
  {
    title: "types",
    tool: "turbo run typecheck",
    run: () => turbo(["run", "typecheck", "--output-logs=errors-only"]),
  },
  { title: "boundaries", tool: "turbo boundaries", run: () => turbo(["boundaries"]) },
  { title: "unused code", tool: "knip", run: (env) => local(env, "knip", ["--no-progress"]) },
];

/** @returns {Promise<number>} exit code of the first step that fails, or 0 */
export async function runSteps(
  /** @type {string} */ command,
  /** @type {readonly Step[]} */ steps,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const startedMs = performance.now();
  for (const [index, step] of steps.entries()) {
    console.log(`\n== ${index + 1}/${steps.length} ${step.title} (${step.tool})`);
    const code = await step.run(env);
    if (code !== 0) {
      console.log(`\n${command}: FAILED at ${step.title} (${step.tool}, exit ${code})`);
      return code;
    }
  }
  console.log(`\n${command}: passed in ${Math.round((performance.now() - startedMs) / 1000)} s`);
  return 0;
}

export function local(
  /** @type {NodeJS.ProcessEnv} */ env,
  /** @type {string} */ name,
  /** @type {string[]} */ args,
) {
  return run(join(bin, name), args, { cwd: root, env, stdio: "inherit" });
}

/** Biome makes a folder in the user's cache; ours is as good. */
export function biome(/** @type {NodeJS.ProcessEnv} */ env, /** @type {string[]} */ args) {
  return local({ ...env, XDG_CACHE_HOME: cache }, "biome", args);
}

/** In CI mode Biome colours every character, also into a file. */
function plain() {
  return process.stdout.isTTY ? [] : ["--colors=off"];
}

function turbo(/** @type {string[]} */ args) {
  return pnpm(["exec", "turbo", "--no-update-notifier", ...args], { stdout: 1 });
}
