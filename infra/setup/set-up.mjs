import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackages } from "./debian.mjs";
import { withLock } from "./lock.mjs";
import { installPackages, nodeProgram, packagesReady, projectPath } from "./packages.mjs";
import { cache } from "./project.mjs";
import { SetUpProblem, say } from "./say.mjs";
import { fetchTool, findTool } from "./tools.mjs";

/** @typedef {import("./tools.mjs").Tool} Tool */

const TOOLS = join(cache, "tools");

/** A tool that could not be had is not asked for again at every run. */
const ASK_AGAIN_MS = 24 * 60 * 60 * 1000;

/**
 * Makes sure that the packages and the tools are there; when they are, it reads a few files and starts nothing.
 * @param {{ needed?: Tool[], wanted?: Tool[] }} tools needed: fails without them. wanted: does without, and says why
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} how to run the project's programs
 */
export async function setUp({ needed = [], wanted = [] }) {
  const isReady = () => packagesReady() && [...needed, ...wanted].every((tool) => isSettled(tool, wanted));
  if (!isReady()) {
    mkdirSync(TOOLS, { recursive: true });
    const tellWait = (/** @type {number} */ pid) =>
      say(`process ${pid} is setting up already: waiting for it`);
    await withLock(join(cache, "lock"), () => prepare(needed, wanted), tellWait);
  }
  return {
    node: nodeProgram(),
    env: { ...process.env, PATH: projectPath(), ...toolEnvironment([...needed, ...wanted]) },
  };
}

/** Asks everything again: whoever held the lock before may have done it. */
async function prepare(/** @type {Tool[]} */ needed, /** @type {Tool[]} */ wanted) {
  if (!packagesReady()) await installPackages();
  const debian = debianPackages(join(cache, "apt"));
  try {
    for (const tool of [...needed, ...wanted]) {
      if (!isSettled(tool, wanted)) await provide(tool, wanted.includes(tool), debian);
    }
  } finally {
    debian.close();
  }
}

async function provide(
  /** @type {Tool} */ tool,
  /** @type {boolean} */ isOptional,
  /** @type {ReturnType<typeof debianPackages>} */ debian,
) {
  say(`fetching ${tool.name} from the Debian packages (${tool.packages.join(", ")}) into .purgeline/tools`);
  try {
    await fetchTool(tool, TOOLS, debian);
  } catch (error) {
    if (!(error instanceof SetUpProblem)) throw error;
    const advice = `Install it so that "${tool.commands[0]}" is on PATH, or name its path in ${tool.variable}.`;
    if (!isOptional)
      throw new SetUpProblem(`${tool.name} is needed. ${error.message}. ${advice}`, { cause: error });
    say(`going on without ${tool.name}: ${error.message}. ${advice}`);
    writeFileSync(missingNote(tool), error.message);
  }
}

function isSettled(/** @type {Tool} */ tool, /** @type {Tool[]} */ wanted) {
  return findTool(tool, TOOLS) !== null || (wanted.includes(tool) && whyMissing(tool) !== null);
}

/**
 * Each tool's path, or in VARIABLE_MISSING why there is none: tests that need it are skipped with that reason.
 * @param {Tool[]} tools
 * @returns {Record<string, string>}
 */
export function toolEnvironment(tools) {
  const entries = tools.map((tool) => {
    const path = findTool(tool, TOOLS);
    return path
      ? [tool.variable, path]
      : [`${tool.variable}_MISSING`, whyMissing(tool) ?? "set-up has not fetched it"];
  });
  return Object.fromEntries(entries);
}

function whyMissing(/** @type {Tool} */ tool) {
  try {
    const age = Date.now() - statSync(missingNote(tool)).mtimeMs;
    return age < ASK_AGAIN_MS ? readFileSync(missingNote(tool), "utf8") : null;
  } catch {
    return null;
  }
}

function missingNote(/** @type {Tool} */ tool) {
  return join(TOOLS, `${tool.name}.missing`);
}
