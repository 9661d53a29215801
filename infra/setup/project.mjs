import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Everything that set-up fetches besides node_modules; git ignores it. */
export const cache = join(root, ".purgeline");

export const bin = join(root, "node_modules", ".bin");

/** @returns {{ packageManager: string, optionalDependencies: Record<string, string> }} */
export function manifest() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}

/** Folders of the workspace with a package.json, relative to the root. */
export function workspaces() {
  const nested = ["apps", "packages"].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => join(group, name)) : [],
  );
  return [...nested, "test", "test/contract"]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .sort();
}
