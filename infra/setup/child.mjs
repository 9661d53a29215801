import { spawn } from "node:child_process";
import { constants } from "node:os";

const FORWARDED = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGWINCH"]);

/** Ctrl-C reaches this process from the terminal and once more from npm, which forwards it: that is one signal. */
const ECHO_MS = 500;

const LIFE_LINE = new URL("./life-line.mjs", import.meta.url).href;

/**
 * Becomes a Node program, as far as one process can become another: its streams, its signals (each once), its exit
 * code. It gets a process group of its own, so that the terminal and npm cannot signal it a second time behind our
 * back; in exchange it watches a pipe, and stops when we are gone without having said so.
 * @param {string} node
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} the exit code, 128 + n after signal n
 */
export function become(node, args, { cwd, env }) {
  const child = spawn(node, ["--import", LIFE_LINE, ...args], {
    cwd,
    env: { ...env, PURGELINE_LIFE_LINE: "3" },
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    detached: true,
  });
  /** @type {Map<NodeJS.Signals, number>} */
  const last = new Map();
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      const isEcho = signal !== "SIGWINCH" && performance.now() - (last.get(signal) ?? -ECHO_MS) < ECHO_MS;
      last.set(signal, performance.now());
      if (!isEcho) child.kill(signal);
    });
  }
  return ended(child);
}

/**
 * Runs one step of ours in our own process group. We outlive it: Ctrl-C reaches it from the terminal, what was sent to
 * us alone is passed on.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<number>}
 */
export async function run(command, args, options) {
  const child = spawn(command, args, options);
  const stay = () => {};
  const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on("SIGINT", stay).on("SIGTERM", passOn).on("SIGHUP", passOn);
  try {
    return await ended(child);
  } finally {
    process.off("SIGINT", stay).off("SIGTERM", passOn).off("SIGHUP", passOn);
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<{ code: number, output: string }>} both streams as one text
 */
export async function capture(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  /** @type {string[]} */
  const chunks = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => chunks.push(text));
  const code = await ended(child);
  return { code, output: chunks.join("") };
}

/** @returns {Promise<number>} */
function ended(/** @type {import("node:child_process").ChildProcess} */ child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
