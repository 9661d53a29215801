// The root's npm scripts: sets up what is missing, then runs the real thing. No dependencies, and no syntax newer than
// Node 20: this is what runs before anything is installed. package.json says `exec`, or a signal sent to npm would end
// at the shell between npm and us: Debian's does not pass it on.
import { join } from "node:path";
import { become } from "./child.mjs";
import { biome, gates, runSteps } from "./gates.mjs";
import { root } from "./project.mjs";
import { SetUpProblem, say } from "./say.mjs";
import { setUp } from "./set-up.mjs";
import { tests } from "./test-run.mjs";
import { chromium, promtool, redisServer } from "./tools.mjs";

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const COMMANDS = {
  async start(args) {
    const { node, env } = await setUp({ needed: [redisServer] });
    return become(node, [join(root, "apps/cli/src/start.ts"), ...args], { cwd: root, env });
  },

  async purgeline(args) {
    // Only `up` may start a Redis of its own; a client command must not wait for one to be fetched.
    const { node, env } = await setUp({ wanted: args.includes("up") ? [redisServer] : [] });
    return become(node, [join(root, "apps/cli/src/main.ts"), ...args], { cwd: callersFolder(), env });
  },

  async test(args) {
    const { env } = await setUp({ needed: [redisServer], wanted: [promtool, chromium] });
    return runSteps("npm test", [...gates, tests(args)], env);
  },

  async check() {
    const { env } = await setUp({});
    return runSteps("npm run check", gates, env);
  },

  async fix() {
    const { env } = await setUp({});
    return biome(env, ["check", "--write", "."]);
  },

  async "real-input"(args) {
    const { node, env } = await setUp({ needed: [redisServer] });
    return become(node, [join(root, "test/load/real-input/run.ts"), ...args], { cwd: root, env });
  },

  async campaign(args) {
    const { node, env } = await setUp({ needed: [redisServer] });
    return become(node, [join(root, "test/fault/campaign/run.ts"), ...args], { cwd: root, env });
  },

  async bench(args) {
    const { node, env } = await setUp({ needed: [redisServer] });
    return become(node, [join(root, "test/load/bench/run.ts"), ...args], { cwd: root, env });
  },

  async mutations(args) {
    const { node, env } = await setUp({ needed: [redisServer] });
    return become(node, [join(root, "test/mutation/run.ts"), ...args], { cwd: root, env });
  },
};

/** npm moves to the root; the files that the arguments name are seen from where npm was called. */
function callersFolder() {
  const isNpmsOwn = process.env.npm_lifecycle_event === "purgeline";
  return (isNpmsOwn && process.env.INIT_CWD) || process.cwd();
}

const [name = "", ...args] = process.argv.slice(2);
const command = COMMANDS[name];
try {
  if (!command) throw new SetUpProblem(`"${name}" is not one of ${Object.keys(COMMANDS).join(", ")}`);
  process.exitCode = await command(args);
} catch (error) {
  if (!(error instanceof SetUpProblem)) throw error;
  say(error.message);
  process.exitCode = 1;
}
