import { type Command, InvalidArgumentError, Option } from "commander";
import type { Session } from "./client/session.ts";
import { CommandFailed, EXIT, type ExitCode } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import type { Shell } from "./shell.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** The options that every client command has. */
export function clientCommand(program: Command, usage: string, summary: string): Command {
  return program
    .command(usage)
    .description(summary)
    .helpGroup("Client commands:")
    .addOption(new Option("--url <url>", "the API").env("PURGELINE_URL").default("http://127.0.0.1:8080"))
    .addOption(new Option("--token <secret>", "as configured under `tokens`").env("PURGELINE_TOKEN"))
    .option("--json", "print JSON, one document a line");
}

/** Waiting options of commands that wait for an end. */
export function withTimeout(command: Command): Command {
  return command.option("--timeout <seconds>", "wait at most this long (exit code 4)", readSeconds);
}

export function openSession(shell: Shell, options: ConnectionOptions): Session {
  return {
    url: readOrigin(options.url),
    token: options.token ?? null,
    json: options.json ?? false,
    isTerminal: shell.isTerminal,
    out: shell.out,
    err: shell.err,
    signal: interruptSignal(),
  };
}

function readOrigin(text: string): string {
  const url = URL.parse(text);
  if (
    url !== null &&
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.search === "" &&
    url.hash === ""
  ) {
    // A path is kept: the API may stand behind a gateway's prefix.
    return url.href.replace(/\/+$/, "");
  }
  throw new CommandFailed(
    `--url ${text}: expected an http or https address, such as http://127.0.0.1:8080`,
    EXIT.usage,
  );
}

/** Milliseconds. */
function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds < 0) {
    throw new InvalidArgumentError("expected a number of seconds, 0 or more");
  }
  return seconds * 1000;
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Runs an action and keeps its exit code for the end of the program. */
export type Finish = (code: ExitCode) => void;
