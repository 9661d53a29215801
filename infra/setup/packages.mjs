import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "./child.mjs";
import { bin, cache, manifest, root, workspaces } from "./project.mjs";
import { SetUpProblem, say } from "./say.mjs";

/** Inside node_modules, so that who removes the folder removes the claim that it is complete. */
const STAMP = join(root, "node_modules", ".purgeline-stamp");
const OLDEST_NODE = [22, 19];

/** The Node that runs the project comes with its packages; elsewhere the one at hand, when it is new enough. */
export function nodeProgram() {
  const fetched = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(fetched)) return fetched;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return process.execPath;
  throw new SetUpProblem(
    `Node ${OLDEST_NODE.join(".")} or newer is needed; this is ${process.versions.node}, and for ` +
      `${process.platform}-${process.arch} none can be fetched. Install one and run the command again.`,
  );
}

/** Whether node_modules is what the lockfile asks for. Reads a few small files, starts nothing. */
export function packagesReady() {
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== fingerprint()) return false;
  return workspaces().every((folder) => existsSync(join(root, folder, "node_modules")));
}

export async function installPackages() {
  const { packageManager, optionalDependencies } = manifest();
  const node = optionalDependencies[`node-${process.platform}-${process.arch}`];
  say(
    `fetching ${packageManager}, ${node ? `Node ${node} ` : ""}and the packages of pnpm-lock.yaml from the npm registry`,
  );
  const code = await pnpm(["install", "--frozen-lockfile"]);
  if (code !== 0) throw new SetUpProblem(`pnpm install failed (exit ${code}); its reasons are above`);
  writeFileSync(STAMP, fingerprint());
}

/**
 * Runs pnpm, everything it prints on standard error unless told otherwise. Through npx, because corepack refuses
 * some registries, and with --yes, because an npmrc may say no to the question that nobody would see.
 * @param {string[]} args
 * @param {{ stdout?: 1 | 2 }} [options]
 */
export function pnpm(args, { stdout = 2 } = {}) {
  return run("npx", ["--yes", manifest().packageManager, ...args], {
    cwd: root,
    env: { ...process.env, ...quietly(), ...writableHome() },
    stdio: ["ignore", stdout, 2],
  });
}

/** CI: pnpm asks nothing. prefer_offline: npx does not ask the registry again for a version that it has. */
function quietly() {
  return {
    CI: "true",
    TURBO_TELEMETRY_DISABLED: "1",
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
    npm_config_loglevel: "error",
  };
}

/** npm and pnpm keep their caches at home; a service user's home may not exist. */
function writableHome() {
  try {
    accessSync(homedir(), constants.W_OK);
    return {};
  } catch {
    const home = join(cache, "home");
    mkdirSync(home, { recursive: true });
    return { HOME: home, npm_config_cache: join(home, ".npm"), npm_config_userconfig: join(home, ".npmrc") };
  }
}

function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  const manifests = workspaces().map((folder) => join(folder, "package.json"));
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", ...manifests]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** What the project's own programs need to find each other and Node. */
export function projectPath() {
  return [bin, process.env.PATH ?? ""].join(":");
}
