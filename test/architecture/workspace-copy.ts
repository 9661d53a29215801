import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { copyProject } from "./project-copy.ts";

interface Verdict {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A copy of the project in which a gate can be shown a violation. */
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
  const folder = copyProject();
  const bin = join(folder, "node_modules", ".bin");

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
      const { status, stdout, stderr } = spawnSync(join(bin, tool), args, {
        cwd: join(folder, cwd),
        encoding: "utf8",
        env: {
          PATH: `${bin}:${process.env.PATH}`,
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
