import { cpSync, mkdtempSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const KEPT_OUT = new Set([".git", ".purgeline", ".turbo"]);

/**
 * The whole project in a new temporary folder, whose path is returned. Links between packages point into the copy,
 * only what comes from the registry is shared with the original.
 */
export function copyProject(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "purgeline-copy-")));
  const modules = join(root, "node_modules");
  cpSync(root, folder, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path !== modules && !KEPT_OUT.has(basename(path)),
  });
  symlinkSync(modules, join(folder, "node_modules"));
  return folder;
}
