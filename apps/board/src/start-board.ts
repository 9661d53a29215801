import type { Metrics } from "@purgeline/telemetry";
import { type FastifyInstance, fastify } from "fastify";
import { type BoardOptions, boardPlugin } from "./board-plugin.ts";
import { type BoardToken, mayRead } from "./credentials.ts";

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
  const { host, port, metrics, ping } = options;
  metrics.readStateWith(async () => {
    await ping();
    // The lanes' and queues' state is told by the api: twice would be counted twice.
    return { accounts: [], queues: [], intakeLimitTargets: null };
  });
  const app = fastify({ forceCloseConnections: "idle" });
  measureRequests(app, metrics);
  serveHealth(app, ping);
  serveMetrics(app, metrics, options.tokens);
  app.get("/", (_request, reply) => reply.redirect(BASE_PATH));
  await app.register(boardPlugin, { ...options, basePath: BASE_PATH });
  const origin = await app.listen({ host, port });
  return { url: `${origin}${BASE_PATH}`, stop: () => app.close() };
}

function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    metrics.httpRequest(request.routeOptions.url ?? "none", reply.statusCode, reply.elapsedTime);
  });
}

function serveHealth(app: FastifyInstance, ping: () => Promise<void>): void {
  // The board has no loop of its own that could stall: that it answers is all there is to say.
  app.get("/livez", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    try {
      await ping();
      return { status: "ok" };
    } catch {
      return reply.code(503).send({ status: "unavailable", problems: ["redis: does not take writes"] });
    }
  });
}

function serveMetrics(app: FastifyInstance, metrics: Metrics, tokens: readonly BoardToken[] | null): void {
  app.get("/metrics", async (request, reply) => {
    if (tokens !== null && !mayRead(tokens, request.headers.authorization)) {
      return reply.code(401).header("www-authenticate", "Bearer").send({
        status: 401,
        title: "Unauthorized",
        detail: "Authorization: Bearer with a token that allows read",
      });
    }
    const { contentType, body } = await metrics.render();
    return reply.type(contentType).send(body);
  });
}
