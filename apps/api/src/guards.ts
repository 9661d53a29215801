import { isLoopbackHost, type Token } from "@purgeline/config";
import type { Producer } from "@purgeline/engine";
import type { Logger } from "@purgeline/telemetry";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiProblem } from "./api-problem.ts";
import { authenticator, LOCAL } from "./bearer-tokens.ts";
import { lacksVerb, mayDo } from "./lacks-verb.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set by the scope's guard. */
    producer: Producer;
  }
}

export interface GuardOptions {
  /** null: loopback only. */
  readonly tokens: readonly Token[] | null;
  /** Pages for people and scrapers: HTTP Basic is understood, and `read` is needed. */
  readonly pages: boolean;
  readonly log: Logger;
}

/** Nothing in this scope is answered before it is known who asks. */
export function guard(app: FastifyInstance, { tokens, pages, log }: GuardOptions): void {
  const check = tokens === null ? checkLoopback : tokenCheck(tokens, pages);
  app.decorateRequest("producer", null as unknown as Producer);
  app.addHook("onRequest", async (request) => {
    try {
      request.producer = check(request);
    } catch (problem) {
      const { code } = problem instanceof ApiProblem ? problem : { code: "internal" };
      log.warn("auth.refused", { code, route: request.routeOptions.url ?? null });
      throw problem;
    }
  });
}

/**
 * Without tokens whoever reaches the loopback address may do everything, but no web page may:
 * neither by a name made to point here (DNS rebinding; the Host header tells), nor by a
 * request that needs no CORS preflight (the Origin header tells).
 */
function checkLoopback({ hostname, host, headers: { origin } }: FastifyRequest): Producer {
  if (!isLoopbackHost(hostname))
    throw new ApiProblem(
      "foreign-host",
      `Host is ${JSON.stringify(hostname.slice(0, 200))}; expected a loopback name.`,
    );
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host))
    throw new ApiProblem("foreign-origin", "Without tokens only the API's own pages may call it.");
  return LOCAL;
}

function tokenCheck(tokens: readonly Token[], pages: boolean): (request: FastifyRequest) => Producer {
  const authenticate = authenticator(tokens, pages);
  return ({ headers }) => {
    const found = authenticate(headers.authorization);
    if (typeof found === "string") throw unauthorized(found, pages);
    if (pages && !mayDo("read", found)) throw lacksVerb("read", found);
    return found;
  };
}

function unauthorized(why: "missing" | "wrong", pages: boolean): ApiProblem {
  const bearer = `Bearer realm="purgeline"${why === "wrong" ? ', error="invalid_token"' : ""}`;
  const detail =
    why === "wrong" ? "The token is not known." : "Send Authorization: Bearer and the secret of a token.";
  return new ApiProblem("unauthorized", detail, {
    // Chromium asks its user for name and password only where Basic stands first, in a header of its own.
    headers: { "www-authenticate": pages ? ['Basic realm="purgeline", charset="UTF-8"', bearer] : bearer },
  });
}
