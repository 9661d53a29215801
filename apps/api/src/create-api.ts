import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyRequest } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { ApiDeps, ApiScope, ZodParameters } from "./api-deps.ts";
import { ApiProblem } from "./api-problem.ts";
import { answerProblems, sendProblem } from "./error-handler.ts";
import { guard } from "./guards.ts";
import { readJsonBodies } from "./json-body.ts";
import { refuseOtherMethods } from "./method-not-allowed.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { callbackRoutes } from "./routes/callbacks.ts";
import { changeIntents } from "./routes/change-intents.ts";
import { healthRoutes } from "./routes/health.ts";
import { pageRoutes } from "./routes/pages.ts";
import { planIntent } from "./routes/plan-intent.ts";
import { readIntents } from "./routes/read-intents.ts";
import { submitIntent } from "./routes/submit-intent.ts";
import { checkParameters } from "./zod-parameters.ts";

// A whole body of 16 MiB over 5 Mbit/s takes 27 s; slower than that is a client that holds a socket.
const REQUEST_TIMEOUT_MS = 60_000;

/** The HTTP API, wired and not yet listening. */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: deps.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: (_error, _request, reply) =>
      void sendProblem(new ApiProblem("bad-request", "The request's path is not valid."), reply),
  });
  measure(app, deps);
  // A client that keeps its connection would keep the role from ending.
  app.addHook("onSend", async (_request, reply) => {
    if (deps.signal.aborted) reply.header("connection", "close");
  });
  // Before the body is read: of a body that nothing takes no fault is told.
  app.addHook("onRequest", async (request) => {
    if (request.is404) throw noSuchRoute(request);
  });
  app.setNotFoundHandler((request) => {
    throw noSuchRoute(request);
  });
  answerProblems(app, deps.log);
  if (deps.board !== undefined) await app.register(deps.board);
  const all: FastifyPluginAsync = async (scope) => {
    const api = scope.withTypeProvider<ZodParameters>();
    const finish = refuseOtherMethods(api);
    await describe(api, deps.version);
    await api.register(apiRoutes(deps));
    finish();
  };
  await app.register(all);
  return app;
}

function noSuchRoute({ method, url }: FastifyRequest): ApiProblem {
  const [path = ""] = url.split("?");
  return new ApiProblem("no-such-route", `${method} ${path.slice(0, 200)} is not here; /docs lists what is.`);
}

function apiRoutes(deps: ApiDeps): FastifyPluginAsync {
  const { tokens, log } = deps;
  const verbs: FastifyPluginAsync = async (plain) => {
    const scope = plain.withTypeProvider<ZodParameters>();
    guard(scope, { tokens, pages: false, log });
    submitIntent(scope, deps);
    planIntent(scope, deps);
    readIntents(scope, deps);
    changeIntents(scope, deps);
    accountRoutes(scope, deps);
  };
  const callbacks: FastifyPluginAsync = async (plain) => {
    callbackRoutes(plain.withTypeProvider<ZodParameters>(), deps);
  };
  const pages: FastifyPluginAsync = async (plain) => {
    const scope = plain.withTypeProvider<ZodParameters>();
    guard(scope, { tokens, pages: true, log });
    await pageRoutes(scope, deps);
  };
  return async (plain) => {
    const scope = plain.withTypeProvider<ZodParameters>();
    readJsonBodies(scope);
    checkParameters(scope);
    healthRoutes(scope, deps);
    await scope.register(verbs);
    await scope.register(callbacks);
    await scope.register(pages);
  };
}

async function describe(app: ApiScope, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Purgeline",
        version,
        description: "A durable queue for CDN cache purges and prefetches.",
        license: { name: "MIT", identifier: "MIT" },
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
      tags: [
        { name: "intents", description: "What producers ask for" },
        { name: "accounts", description: "Credentials, limits and quotas" },
        { name: "operations", description: "Health and metrics" },
      ],
    },
    hideUntagged: true,
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

function measure(app: FastifyInstance, { metrics }: ApiDeps): void {
  app.addHook("onResponse", async (request, reply) => {
    // The pattern, never the path: labels must not grow with what callers send.
    const route = request.routeOptions.url ?? "none";
    metrics.httpRequest(route, reply.statusCode, reply.elapsedTime);
  });
}
