import { CommanderError } from "commander";
import { CommandFailed, EXIT, type ExitCode } from "./exit.ts";
import type { Shell } from "./shell.ts";

/** Says what went wrong, and its exit code; a stack trace only for what is a fault of this program. */
export async function explain(error: unknown, isJson: boolean, shell: Shell): Promise<ExitCode> {
  // Commander has printed its message already; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandFailed) {
    shell.err(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === "AbortError") return EXIT.interrupted;
  const { exitOf, Refused } = await import("./client/request.ts");
  if (error instanceof Refused) {
    const { problemText } = await import("./client/render-problem.ts");
    const { problem } = error;
    shell.err(isJson ? `${JSON.stringify(problem.whole)}\n` : problemText(problem));
    return exitOf(error);
  }
  shell.err(`purgeline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.ended;
}
