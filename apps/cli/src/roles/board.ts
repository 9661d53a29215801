import { once } from "node:events";
import { startBoard } from "@purgeline/board";
import { createMetrics } from "@purgeline/telemetry";
import type { ExitCode } from "../exit.ts";
import { openBoardLink } from "./board-link.ts";
import type { Environment } from "./read-config.ts";
import { type RoleContext, runRole } from "./role.ts";

/** `board`: the board on its own port, for whoever scales out. */
export function runBoardRole(file: string, env: Environment): Promise<ExitCode> {
  return runRole({ name: "board", port: "board.port", run: serveBoard }, file, env);
}

async function serveBoard(context: RoleContext): Promise<void> {
  const { config, signal } = context;
  const link = await openBoardLink(context);
  try {
    const board = await startBoard({
      ...link.options,
      host: config.board.host,
      port: config.board.port,
      ping: link.ping,
      metrics: createMetrics({ version: context.version }),
    });
    context.onReady({ board: board.url });
    if (!signal.aborted) await once(signal, "abort");
    await board.stop();
  } finally {
    link.close();
  }
}
