import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CommandFailed, EXIT } from "../exit.ts";

export interface DirectoryLock {
  release(): void;
}

/**
 * One supervisor per data directory. SQLite's exclusive transaction is a lock of the
 * kernel's on the file: it dies with its holder, also with `kill -9`, so that there is no
 * stale lock to judge and no race in taking one over, which pid files have. The file stays empty.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const database = new DatabaseSync(join(directory, "up.lock"), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw new CommandFailed(
      `${directory}: another \`purgeline up\` runs on this data; stop it first, or give this one its own with --data DIR`,
      EXIT.usage,
      { cause },
    );
  }
  return { release: () => database.close() };
}
