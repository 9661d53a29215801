import { type FastifyInstance, fastify } from "fastify";
import { bearerAllows, type KnownToken } from "./token-check.ts";

export interface HealthOptions {
  /** What keeps this process from being alive, in words; none: it is. Nothing outside the process counts. */
  readonly stalled: () => readonly string[];
  /** Rejects when Redis takes no writes now. */
  readonly ping: () => Promise<void>;
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** null: metrics are open, as everything is. */
  readonly tokens: readonly KnownToken[] | null;
  readonly onRequest: (route: string, code: number, ms: number) => void;
}

/** A server with `/livez`, `/readyz` and `/metrics`; the role adds what else it serves. */
export function healthServer(options: HealthOptions): FastifyInstance {
  const app = fastify({ forceCloseConnections: "idle" });
  app.addHook("onResponse", async (request, reply) => {
    options.onRequest(request.routeOptions.url ?? "none", reply.statusCode, reply.elapsedTime);
  });
  app.get("/livez", async (_request, reply) => {
    const problems = options.stalled();
    return problems.length === 0 ? { status: "live" } : reply.code(503).send({ status: "stalled", problems });
  });
  app.get("/readyz", async (_request, reply) => {
    try {
      await options.ping();
      return { status: "ready" };
    } catch {
      return reply.code(503).send({ status: "unavailable", problems: ["redis: does not take writes"] });
    }
  });
  app.get("/metrics", async (request, reply) => {
    if (options.tokens !== null && !bearerAllows(options.tokens, "read", request.headers.authorization)) {
      const detail = "Authorization: Bearer with a token that allows read";
      return reply
        .code(401)
        .header("www-authenticate", "Bearer")
        .type("application/problem+json")
        .send({ type: "about:blank", title: "Unauthorized", status: 401, detail, code: "unauthorized" });
    }
    const { contentType, body } = await options.render();
    return reply.type(contentType).send(body);
  });
  return app;
}
