import swaggerUi from "@fastify/swagger-ui";
import { z } from "zod";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { refusals } from "../schemas/problem.ts";

// Nothing of other hosts. The plugin's own policy allows fonts and images of some, and makes a
// browser ask for https, which a plain port does not answer.
const CSP =
  "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self' data:; form-action 'none'; " +
  "frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'";

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
    staticCSP: CSP,
    theme: {
      title: "Purgeline API",
      // The bar on top is for reading other documents; this page has one.
      css: [{ filename: "plain.css", content: ".swagger-ui .topbar { display: none }" }],
    },
    // Without it the page would show the document to an online validator.
    uiConfig: { validatorUrl: null },
  });
}
