import swaggerUi from "@fastify/swagger-ui";
import { z } from "zod";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { refusals } from "../schemas/problem.ts";

/** For scrapers and readers: `/metrics`, `/openapi.json` and `/docs`, which fetches nothing from other hosts. */
export async function pageRoutes(app: ApiScope, { metrics }: ApiDeps): Promise<void> {
  const schema = {
    operationId: "metrics",
    tags: ["operations"],
    summary: "Prometheus exposition",
    response: {
      200: { description: "Text format", content: { "text/plain": { schema: z.string() } } },
      ...refusals(401, 403),
    },
  };
  app.get("/metrics", { schema }, async (_request, reply) => {
    const { contentType, body } = await metrics.render();
    return reply.header("content-type", contentType).serializer(String).send(body);
  });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: true,
    theme: { title: "Purgeline API" },
    // Without it the page would show the document to an online validator.
    uiConfig: { validatorUrl: null },
  });
}
