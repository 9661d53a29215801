import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import { ApiProblem } from "./api-problem.ts";

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
      const refuse = async ({ method }: FastifyRequest): Promise<never> => {
        const detail = `${method} is not taken here; expected ${allow}.`;
        throw new ApiProblem("method-not-allowed", detail, { headers: { allow } });
      };
      app.route({
        method: METHODS.filter((method) => !methods.has(method)),
        url,
        schema: { hide: true },
        // Before the body is read: of a body that nothing takes no fault is told.
        onRequest: refuse,
        handler: refuse,
      });
    }
  };
}
