import { isLoopbackHost } from "@purgeline/config";
import { healthServer } from "@purgeline/health";
import type { Metrics } from "@purgeline/telemetry";
import { type BoardOptions, boardPlugin } from "./board-plugin.ts";

export interface BoardRoleOptions extends Omit<BoardOptions, "basePath"> {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Rejects when Redis takes no writes now. */
  readonly ping: () => Promise<void>;
  readonly metrics: Metrics;
}

export interface BoardRole {
  /** Where the board is: `http://127.0.0.1:8081/board`. */
  readonly url: string;
  /** Answers what is under way, then closes; safe to call twice. The connection stays open. */
  stop(): Promise<void>;
}

const BASE_PATH = "/board";

/** The role `board`: Bull Board, its health and its metrics on one port. Rejects when the port is taken. */
export async function startBoard(options: BoardRoleOptions): Promise<BoardRole> {
  const { host, port, metrics, ping, tokens, log } = options;
  log.info("process.started");
  metrics.readStateWith(async () => {
    await ping();
    // The lanes' and queues' state is told by the api: twice would be counted twice.
    return { accounts: [], queues: [], intakeLimitTargets: null };
  });
  const app = healthServer({
    // The board has no loop of its own that could stall: that it answers is all there is to say.
    stalled: () => [],
    ping,
    render: metrics.render,
    tokens,
    isOwnHost: isLoopbackHost,
    onRequest: metrics.httpRequest,
  });
  app.get("/", (_request, reply) => reply.redirect(BASE_PATH));
  await app.register(boardPlugin, { ...options, basePath: BASE_PATH });
  try {
    const origin = await app.listen({ host, port });
    log.info("process.ready", { address: origin });
    return { url: `${origin}${BASE_PATH}`, stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
