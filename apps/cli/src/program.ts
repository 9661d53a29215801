import { Command } from "commander";

import { EXIT, type ExitCode } from "./exit.ts";
import { explain } from "./explain.ts";
import { addAccountCommands, addIntentCommands } from "./intent-commands.ts";
import { addRoleCommands } from "./role-commands.ts";
import type { Shell } from "./shell.ts";
import { addPlanCommand, addSubmitCommands } from "./submit-commands.ts";
import { VERSION } from "./version.ts";

/**
 * Runs one command line; its exit code. Every action imports its own code when it runs,
 * so that a client command starts without loading the server's libraries.
 */
export async function runProgram(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = new Command("purgeline")
    .description("A durable queue for CDN cache purges and prefetches.")
    .version(VERSION)
    .configureOutput({ writeOut: shell.out, writeErr: shell.err })
    .exitOverride();
  const finish = (said: ExitCode): void => {
    code = said;
  };
  addRoleCommands(program, shell, finish);
  addSubmitCommands(program, shell, finish);
  addPlanCommand(program, shell, finish);
  addIntentCommands(program, shell, finish);
  addAccountCommands(program, shell, finish);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return await explain(error, args.includes("--json"), shell);
  }
}
