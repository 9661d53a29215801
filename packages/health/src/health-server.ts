import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { bearerAllows, type KnownToken } from "./token-check.ts";

export interface HealthOptions {
  /** What keeps this process from being alive, in words; none: it is. Nothing outside the process counts. */
  readonly stalled: () => readonly string[];
  /** Rejects when Redis takes no writes now. */
  readonly ping: () => Promise<void>;
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** null: metrics are open to this machine, as everything is. */
  readonly tokens: readonly KnownToken[] | null;
  /** Is this `Host` this machine's own? Without tokens no other is served: it may be a page's name made to point here. */
  readonly isOwnHost: (hostname: string) => boolean;
  readonly onRequest: (route: string, code: number, ms: number) => void;
}

/** A server with `/livez`, `/readyz` and `/metrics`; the role adds what else it serves. */
export function healthServer(options: HealthOptions): FastifyInstance {
  const app = fastify({ forceCloseConnections: "idle" });
  app.addHook("onResponse", async (request, reply) => {
    options.onRequest(request.routeOptions.url ?? "none", reply.statusCode, reply.elapsedTime);
  });
  // Fastify's own answer would repeat the query, where somebody who is lost here may have put a token.
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, 404, "no-such-route", "there is nothing here; /livez, /readyz and /metrics are"),
  );
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
    const { tokens } = options;
    if (tokens === null && !options.isOwnHost(request.hostname))
      return refuse(reply, 403, "foreign-host", "without tokens only loopback names are served");
    if (tokens !== null && !bearerAllows(tokens, "read", request.headers.authorization)) {
      reply.header("www-authenticate", "Bearer");
      return refuse(reply, 401, "unauthorized", "Authorization: Bearer with a token that allows read");
    }
    const { contentType, body } = await options.render();
    return reply.type(contentType).send(body);
  });
  return app;
}

const TITLES = { 401: "Unauthorized", 403: "Forbidden", 404: "Not Found" } as const;

function refuse(
  reply: FastifyReply,
  status: keyof typeof TITLES,
  code: string,
  detail: string,
): FastifyReply {
  return reply
    .code(status)
    .type("application/problem+json")
    .send({ type: "about:blank", title: TITLES[status], status, detail, code });
}
