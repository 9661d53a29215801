import { orphansIn } from "@purgeline/api";
import { type Config, renderConfig } from "@purgeline/config";
import { type AccountState, counted } from "@purgeline/core";
import { providers } from "@purgeline/providers";
import { connect, NewerData, whenReady } from "@purgeline/store";
import { CommandFailed, EXIT, type ExitCode, messageOf } from "../exit.ts";
import { type Environment, readConfig } from "./read-config.ts";

/** A Redis that is there answers in milliseconds. */
const CONNECT_MS = 2_000;

/** `check`: every problem, or the configuration in force, secrets masked, and whose work it leaves behind. */
export async function check(
  file: string,
  env: Environment,
  print: { readonly out: (text: string) => void; readonly err: (text: string) => void },
): Promise<ExitCode> {
  const { config, warnings } = await readConfig(file, env);
  for (const warning of warnings) print.err(`warning: ${warning}\n`);
  for (const line of await storeLines(config)) print.err(`${line}\n`);
  print.out(renderConfig(config, providers));
  return EXIT.ok;
}

/** What is to be said of the data themselves. */
async function storeLines(config: Config): Promise<readonly string[]> {
  const unseen = (why: string): readonly string[] => [
    `note: not looked for work of accounts that are not configured here: ${why}`,
  ];
  const { redis } = config;
  if (redis === null) return unseen("the file names no Redis; `up` says it when it starts its own");
  let fault: Error | null = null;
  const connection = connect(redis, "request", (error) => {
    fault ??= error;
  });
  try {
    await whenReady(connection, CONNECT_MS);
    if (connection.status !== "ready") throw fault ?? new Error(`no answer within ${CONNECT_MS} ms`);
    return (await orphansIn(connection, redis.prefix, config)).map(warningOf);
  } catch (error) {
    if (error instanceof NewerData) throw new CommandFailed(error.message, EXIT.usage, { cause: error });
    return unseen(`Redis: ${messageOf(error)}`);
  } finally {
    connection.disconnect();
  }
}

function warningOf({ account, orphan, lanes }: AccountState): string {
  const pending = lanes.reduce((sum, lane) => sum + lane.pending, 0);
  return (
    `warning: account ${account} (${orphan?.provider}) is not configured here and has unfinished work, ${counted(pending, "target")} not yet ` +
    "sent: it waits until the account is back under this name, or is cancelled"
  );
}
