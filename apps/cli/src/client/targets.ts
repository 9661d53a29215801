import { readFile } from "node:fs/promises";
import { CommandFailed, EXIT } from "../exit.ts";
import { whyUnreadable } from "../unreadable.ts";

/** One target as the user gave it, and where, so that a refusal can point at the line. */
export interface GivenTarget {
  readonly text: string;
  /** `urls.txt:7`; null: an argument. */
  readonly from: string | null;
}

export interface TargetSources {
  readonly args: readonly string[];
  /** Paths; `-` is standard input. */
  readonly files: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
}

/**
 * Arguments first, then the files in their order. Standard input is read when it is
 * asked for (`--file -`), or when nothing else is given and it is not a terminal:
 * `cmd | purgeline purge` works, and a command in a cron job never hangs on an open pipe.
 */
export async function gatherTargets(sources: TargetSources): Promise<readonly GivenTarget[]> {
  const targets: GivenTarget[] = sources.args.map((text) => ({ text, from: null }));
  const isNothingGiven = sources.args.length === 0 && sources.files.length === 0;
  const files = isNothingGiven && sources.stdin.isTTY !== true ? ["-"] : sources.files;
  for (const file of files) {
    const bytes = file === "-" ? await readAll(sources.stdin) : await readNamed(file);
    // One by one: spreading a million lines into push() overflows the stack.
    for (const target of parseTargets(bytes, file === "-" ? "stdin" : file)) targets.push(target);
  }
  if (targets.length === 0) {
    throw new CommandFailed(
      "no targets: give them as arguments, with --file F, or on standard input",
      EXIT.usage,
    );
  }
  return targets;
}

/** One target a line; blank lines and lines that begin with `#` are skipped. */
export function parseTargets(bytes: Uint8Array, name: string): readonly GivenTarget[] {
  return decode(bytes, name)
    .split("\n")
    .map((line, at) => ({ text: line.trim(), from: `${name}:${at + 1}` }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandFailed(`${name}: not UTF-8 text, expected one target a line`, EXIT.usage, { cause });
  }
}

async function readNamed(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CommandFailed(
      `--file ${file}: ${whyUnreadable(cause)}; expected a file with one target a line`,
      EXIT.usage,
      { cause },
    );
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
