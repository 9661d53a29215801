import type { FastifyInstance, HTTPMethods } from "fastify";
import { ApiProblem } from "./api-problem.ts";
import { sendProblem } from "./error-handler.ts";

const METHODS: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Collects the routes of a scope; call what it returns when all are there: the other methods then answer 405. */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    // Files of a page: another method finds nothing there, which is true as well.
    if (url.startsWith("/docs")) return;
    const methods = taken.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    taken.set(url, methods);
  });
  return () => {
    for (const [url, methods] of [...taken]) {
      const allow = [...methods].sort().join(", ");
      app.route({
        method: METHODS.filter((method) => !methods.has(method)),
        url,
        schema: { hide: true },
        handler: (request, reply) =>
          sendProblem(
            new ApiProblem("method-not-allowed", `${request.method} is not taken here; expected ${allow}.`, {
              headers: { allow },
            }),
            reply,
          ),
      });
    }
  };
}
