import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** A file of JSON lines that only grows. What `append` has returned for is on the disk. */
export interface LedgerFile<Entry> {
  append(entry: Entry): void;
  close(): void;
}

export function openLedgerFile<Entry>(path: string): LedgerFile<Entry> {
  const file = openSync(path, "a");
  return {
    append(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

export function readLedgerFile<Entry>(path: string): readonly Entry[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Entry);
}
