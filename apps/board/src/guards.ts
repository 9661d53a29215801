import basicAuth from "@fastify/basic-auth";
import { isLoopbackHost } from "@purgeline/config";
import { type KnownToken, pairAllows } from "@purgeline/health";
import type { Logger } from "@purgeline/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** An answer that ends the request; `message` is shown. */
export class Refused extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Everything in this scope wants HTTP Basic: a token's name and secret, `admin` allowed. */
export async function wantAdmin(
  app: FastifyInstance,
  tokens: readonly KnownToken[],
  log: Logger,
): Promise<void> {
  await app.register(basicAuth, {
    authenticate: { realm: "Purgeline board" },
    async validate(name, secret) {
      if (pairAllows(tokens, "admin", name, secret)) return;
      // Any other name may be a secret that was typed into the wrong field.
      log.warn("auth.refused", { tokenName: tokens.some((token) => token.name === name) ? name : null });
      throw new Refused(401, "the name and secret of a token that allows admin are wanted");
    },
  });
  app.addHook("onRequest", (request, reply, done) => {
    // Answered here: Bull Board's own error handler would call it an internal error.
    app.basicAuth(request, reply, (error) => {
      if (error === undefined) done();
      else void refuse(reply, 401, "Unauthorized", "unauthorized", error.message);
    });
  });
}

function refuse(
  reply: FastifyReply,
  status: number,
  title: string,
  code: string,
  detail: string,
): FastifyReply {
  return reply
    .code(status)
    .type("application/problem+json")
    .send({ type: "about:blank", title, status, detail, code });
}

/**
 * Without tokens, whoever reaches the loopback address may look. A web page cannot, unless its name is
 * made to point here (DNS rebinding): then the browser still sends that name.
 */
export function wantLoopbackHost(app: FastifyInstance, log: Logger): void {
  app.addHook("onRequest", async ({ hostname }, reply) => {
    if (isLoopbackHost(hostname)) return;
    log.warn("auth.refused", { host: hostname });
    const detail = `Host is ${JSON.stringify(hostname)}: without tokens only loopback names are served`;
    return refuse(reply, 403, "Forbidden", "foreign-host", detail);
  });
}

/** Browsers send Basic credentials with other pages' requests, too; those name their origin. */
export function refuseForeignWrites(app: FastifyInstance): void {
  app.addHook("onRequest", async (request) => {
    if (request.method === "GET" || request.method === "HEAD") return;
    if (isForeign(request)) throw new Refused(403, "a change must come from the board's own pages");
  });
}

function isForeign(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false; // not a browser: those name the origin of every change
  return !URL.canParse(origin) || new URL(origin).host !== request.host;
}
