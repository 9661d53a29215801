import { type Command, Option } from "commander";
import type { Finish } from "./client-command.ts";
import { catchInterrupts } from "./interrupt.ts";
import type { Shell } from "./shell.ts";

interface RoleOptions {
  readonly config: string;
}

/** The roles of the service itself. */
export function addRoleCommands(program: Command, shell: Shell, finish: Finish): void {
  addUpCommand(program, shell, finish);
  roleCommand(program, "api", "run the HTTP API (needs `redis`)")
    .option("--with-board", "serve the board too, under /board")
    .action(async (options: RoleOptions & { readonly withBoard?: boolean }) => {
      const { runApiRole } = await import("./roles/api.ts");
      finish(await runApiRole(options.config, shell.env, options.withBoard ?? false));
    });
  roleCommand(program, "worker", "run a worker (needs `redis`)").action(async (options: RoleOptions) => {
    const { runWorkerRole } = await import("./roles/worker.ts");
    finish(await runWorkerRole(options.config, shell.env));
  });
  roleCommand(program, "board", "run the board alone (needs `redis`)").action(
    async (options: RoleOptions) => {
      const { runBoardRole } = await import("./roles/board.ts");
      finish(await runBoardRole(options.config, shell.env));
    },
  );
  roleCommand(program, "sim", "play every account whose endpoint is on loopback")
    .option("--log <file>", "append every call to this file, a line of JSON each")
    .action(async (options: RoleOptions & { readonly log?: string }) => {
      const { sim } = await import("./roles/sim.ts");
      finish(await sim(options.config, options.log ?? null, shell.env, shell.out));
    });
  roleCommand(program, "check", "check the configuration; print it as it is in force").action(
    async (options: RoleOptions) => {
      const { check } = await import("./roles/check.ts");
      finish(await check(options.config, shell.env, shell));
    },
  );
}

function addUpCommand(program: Command, shell: Shell, finish: Finish): void {
  roleCommand(program, "up", "run api, worker and board, with an embedded Redis where the file names none")
    .option(
      "--data <directory>",
      "where the embedded Redis keeps its data (default: .purgeline beside the file)",
    )
    .action(async (options: RoleOptions & { readonly data?: string }) => {
      const { up } = await import("./up/up.ts");
      const { columns } = await import("./client/columns.ts");
      const { first, second } = catchInterrupts();
      const code = await up({
        config: options.config,
        data: options.data ?? null,
        env: shell.env,
        entry: shell.entry,
        onReady: (addresses) => shell.out(columns(Object.entries(addresses))),
        signal: first,
        hurry: second,
      });
      finish(code);
    });
}

function roleCommand(program: Command, name: string, summary: string): Command {
  return program
    .command(name)
    .description(summary)
    .helpGroup("Roles:")
    .addOption(
      new Option("-c, --config <file>", "the configuration, - is standard input")
        .env("PURGELINE_CONFIG")
        .default("purgeline.yaml"),
    );
}
