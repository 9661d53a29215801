import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BEFORE = "HEAD~1";

/** The program of another commit, runnable; or why it cannot be had. */
export type PreviousProgram =
  | {
      readonly kind: "program";
      readonly main: string;
      /** Removes it. */
      readonly remove: () => void;
    }
  | { readonly kind: "missing"; readonly why: string };

/** The program of the commit before this one, as it stands in the history, with its own packages. */
export function previousProgram(): PreviousProgram {
  try {
    git("rev-parse", "--verify", "--quiet", `${BEFORE}^{commit}`);
  } catch {
    return { kind: "missing", why: `there is no ${BEFORE} here: the checkout is exported, shallow or new` };
  }
  const folder = mkdtempSync(join(tmpdir(), "purgeline-previous-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    execFileSync("tar", ["-x", "-C", folder], { input: git("archive", BEFORE), maxBuffer: MOST_BYTES });
    givePackages(folder);
    return { kind: "program", main: join(folder, "apps/cli/src/main.ts"), remove };
  } catch (error) {
    remove();
    return { kind: "missing", why: `${BEFORE} cannot be set up here: ${String(error)}` };
  }
}

const MOST_BYTES = 256 * 2 ** 20;

function git(...args: readonly string[]): Buffer {
  return execFileSync("git", ["-C", ROOT, ...args], {
    maxBuffer: MOST_BYTES,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** With the same lock file the packages are the same, too: the links of each package lead into the copy's own ones. */
function givePackages(folder: string): void {
  const read = (file: string): string => readFileSync(file, "utf8");
  const lock = "pnpm-lock.yaml";
  if (read(join(folder, lock)) !== read(join(ROOT, lock))) {
    install(folder);
    return;
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const links of globSync("{apps,packages}/*/node_modules", { cwd: ROOT })) {
    // A package that is younger than the commit has nothing there to link to.
    if (existsSync(join(folder, links, "..", "package.json")))
      cpSync(join(ROOT, links), join(folder, links), { recursive: true, verbatimSymlinks: true });
  }
}

function install(folder: string): void {
  const { packageManager } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  execFileSync("npx", ["-y", packageManager, "install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: folder,
    stdio: "ignore",
  });
}
