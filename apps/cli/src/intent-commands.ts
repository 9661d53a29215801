import type { Command } from "commander";
import type { ListFilter } from "./client/commands.ts";
import {
  type ConnectionOptions,
  clientCommand,
  type Finish,
  openSession,
  withTimeout,
} from "./client-command.ts";
import type { Shell } from "./shell.ts";

interface WaitOptions extends ConnectionOptions {
  readonly timeout?: number;
}

/** Commands about intents that exist, and about accounts. */
export function addIntentCommands(program: Command, shell: Shell, finish: Finish): void {
  clientCommand(program, "status <id>", "show an intent; exits as `wait` would now").action(
    async (id: string, options: ConnectionOptions) => {
      const { status } = await import("./client/commands.ts");
      finish(await status(openSession(shell, options), id));
    },
  );
  withTimeout(clientCommand(program, "wait <id...>", "wait for the end of intents")).action(
    async (ids: readonly string[], options: WaitOptions) => {
      const { waitAndConclude } = await import("./client/conclude.ts");
      finish(await waitAndConclude(openSession(shell, options), [...new Set(ids)], options.timeout ?? null));
    },
  );
  clientCommand(program, "cancel <id>", "cancel what of an intent is not sealed yet").action(
    async (id: string, options: ConnectionOptions) => {
      const { cancel } = await import("./client/commands.ts");
      finish(await cancel(openSession(shell, options), id));
    },
  );
  withTimeout(
    clientCommand(program, "retry <id>", "try failed and unconfirmed targets again, and wait for the end"),
  )
    .option("--no-wait", "return at once")
    .action(async (id: string, options: WaitOptions & { readonly wait: boolean }) => {
      const { retry } = await import("./client/commands.ts");
      const waiting = { isWaiting: options.wait, timeoutMs: options.timeout ?? null };
      finish(await retry(openSession(shell, options), id, waiting));
    });
  addListCommand(program, shell, finish);
}

function addListCommand(program: Command, shell: Shell, finish: Finish): void {
  clientCommand(program, "list", "list intents, newest first")
    .option("--state <state>", "only in this state")
    .option("--account <name>", "only with a part in this account")
    .option("--label <key=value>", "only with this label")
    .option("--created-by <token>", "only of this token")
    .option("--since <time>", "only created since (RFC 3339)")
    .option("--cursor <cursor>", "the next page: what the last one ended with")
    .action(async ({ url, token, json, ...filter }: ConnectionOptions & ListFilter) => {
      const { list } = await import("./client/commands.ts");
      const connection = { url, ...(token === undefined ? {} : { token }), json: json ?? false };
      finish(await list(openSession(shell, connection), filter));
    });
}

export function addAccountCommands(program: Command, shell: Shell, finish: Finish): void {
  clientCommand(program, "accounts", "show accounts: lanes, limits, quotas, what they wait for").action(
    async (options: ConnectionOptions) => {
      const { accounts } = await import("./client/commands.ts");
      finish(await accounts(openSession(shell, options)));
    },
  );
  for (const [to, summary] of [
    ["pause", "stop sending for an account; polls go on"],
    ["resume", "end an account's pause or stop"],
  ] as const) {
    clientCommand(program, `${to} <account>`, summary).action(
      async (account: string, options: ConnectionOptions) => {
        const { turn } = await import("./client/commands.ts");
        finish(await turn(openSession(shell, options), account, to));
      },
    );
  }
}
