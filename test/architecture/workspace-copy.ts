import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const KEPT_OUT = new Set([".git", ".purgeline", ".turbo"]);

interface Verdict {
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * The whole project in a temporary folder, where a gate can be shown a violation. Links between packages point into
 * the copy, only what comes from the registry is shared with the original.
 */
export interface WorkspaceCopy {
  readonly folder: string;
  /** Writes a file that goes away with the running test. */
  plant(path: string, text: string): void;
  /** Changes a JSON file for the running test. */
  edit<T>(path: string, change: (content: T) => T): void;
  /** Runs a tool of node_modules/.bin in the copy; its output as one line with paths of the copy. */
  run(tool: string, args: readonly string[], cwd?: string): Verdict;
  remove(): void;
}

export function copyWorkspace(): WorkspaceCopy {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "purgeline-architecture-")));
  const modules = join(root, "node_modules");
  cpSync(root, folder, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path !== modules && !KEPT_OUT.has(basename(path)),
  });
  symlinkSync(modules, join(folder, "node_modules"));

  return {
    folder,
    plant(path, text) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: "wx" });
      onTestFinished(() => rmSync(file));
    },
    edit(path, change) {
      const file = join(folder, path);
      const before = readFileSync(file, "utf8");
      writeFileSync(file, JSON.stringify(change(JSON.parse(before))));
      onTestFinished(() => writeFileSync(file, before));
    },
    run(tool, args, cwd = ".") {
      const { status, stdout, stderr } = spawnSync(join(modules, ".bin", tool), args, {
        cwd: join(folder, cwd),
        encoding: "utf8",
        env: {
          PATH: `${join(modules, ".bin")}:${process.env.PATH}`,
          NO_COLOR: "1",
          TURBO_TELEMETRY_DISABLED: "1",
        },
      });
      return {
        exitCode: status,
        output: `${stdout}${stderr}`.replaceAll(`${folder}/`, "").replace(/[\s|]+/g, " "),
      };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
