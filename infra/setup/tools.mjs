import { accessSync, constants, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { capture } from "./child.mjs";
import { SetUpProblem } from "./say.mjs";

/**
 * A program that the project runs but npm does not have.
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} variable how its path is handed to the programs that use it
 * @property {readonly string[]} commands its names on PATH, best first
 * @property {readonly string[]} packages Debian packages that have it
 * @property {string} program its place inside those packages
 * @property {RegExp} [without] dependencies it runs without
 */

/** @type {Tool} */
export const redisServer = {
  name: "redis-server",
  variable: "PURGELINE_REDIS_SERVER",
  commands: ["redis-server"],
  packages: ["redis-server"],
  program: "usr/bin/redis-server",
};

/** @type {Tool} */
export const promtool = {
  name: "promtool",
  variable: "PURGELINE_PROMTOOL",
  commands: ["promtool"],
  packages: ["prometheus"],
  program: "usr/bin/promtool",
  // It needs nothing of what the server's pages need; Debian 13 has it in a package of its own, named like it.
  without: /^(?!prom)/,
};

/** @type {Tool} */
export const chromium = {
  name: "chromium",
  variable: "PURGELINE_CHROMIUM",
  // Not chromium-browser: on Ubuntu that is a script which asks for a snap.
  commands: ["chromium", "google-chrome"],
  packages: ["chromium", "fonts-dejavu-core"],
  program: "usr/lib/chromium/chromium",
  // A third of the download: graphics drivers, icons and an init system that a headless browser never touches.
  without:
    /^(libllvm\d+|libgl1-mesa-dri|adwaita-icon-theme|systemd.*|libsystemd-shared|libpam-systemd|x11-utils)$/,
};

/**
 * Where a tool is: named by the environment, on PATH, or fetched earlier. Starts nothing.
 * @param {Tool} tool
 * @param {string} folder where fetched tools live
 */
export function findTool(tool, folder) {
  const named = process.env[tool.variable];
  if (named) return named;
  const places = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((path) => tool.commands.map((name) => join(path, name)));
  return [...places, join(folder, tool.name, tool.name)].find(isProgram) ?? null;
}

/**
 * Unpacks a tool and writes a starter beside it that knows its libraries: the whole appears at once, and only after
 * it has run.
 * @param {Tool} tool
 * @param {string} folder
 * @param {ReturnType<typeof import("./debian.mjs").debianPackages>} debian
 */
export async function fetchTool(tool, folder, debian) {
  const draft = join(folder, `${tool.name}.new`);
  const done = join(folder, tool.name);
  rmSync(draft, { recursive: true, force: true });
  try {
    await debian.unpack(tool.packages, {
      into: join(draft, "root"),
      ...(tool.without ? { without: tool.without } : {}),
    });
    writeFileSync(join(draft, "fonts.conf"), FONTS);
    writeFileSync(join(draft, tool.name), starter(tool, draft), { mode: 0o755 });
    const { code, output } = await capture(join(draft, tool.name), ["--version"]);
    if (code !== 0) throw new SetUpProblem(`${tool.name} was unpacked but does not run: ${output.trim()}`);
    rmSync(done, { recursive: true, force: true });
    renameSync(draft, done);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return join(done, tool.name);
}

/** A script and not the bare program, so that the library path reaches this program only and not its callers. */
function starter(/** @type {Tool} */ tool, /** @type {string} */ folder) {
  const libraries = libraryFolders(join(folder, "root")).map((path) => `$here/${relative(folder, path)}`);
  return `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="${libraries.join(":")}"
export FONTCONFIG_FILE="$here/fonts.conf" XDG_CACHE_HOME="$here/cache" XDG_CONFIG_HOME="$here/config"
exec "$here/root/${tool.program}" "$@"
`;
}

/** @returns {string[]} */
function libraryFolders(/** @type {string} */ folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const nested = entries
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => libraryFolders(join(folder, entry.name)));
  return entries.some((entry) => /^lib.*\.so/.test(entry.name)) ? [folder, ...nested] : nested;
}

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

function isProgram(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
