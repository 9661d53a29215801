import { runApi } from "@purgeline/api";
import { boardPlugin } from "@purgeline/board";
import type { ExitCode } from "../exit.ts";
import { openBoardLink } from "./board-link.ts";
import type { Environment } from "./read-config.ts";
import { type RoleContext, runRole } from "./role.ts";

const BOARD_PATH = "/board";

/** `api`; with the board under `/board` where `up` runs it. */
export function runApiRole(file: string, env: Environment, isWithBoard: boolean): Promise<ExitCode> {
  return runRole({ name: "api", port: "http.port", run: isWithBoard ? runWithBoard : runApi }, file, env);
}

async function runWithBoard(context: RoleContext): Promise<void> {
  const link = await openBoardLink(context);
  try {
    await runApi({
      ...context,
      board: (app) => boardPlugin(app, { ...link.options, basePath: BOARD_PATH }),
      onReady: ({ API }) =>
        context.onReady({
          API,
          "API documentation": `${API}/docs`,
          metrics: `${API}/metrics`,
          board: API + BOARD_PATH,
        }),
    });
  } finally {
    link.close();
  }
}
