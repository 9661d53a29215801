import { z } from "zod";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { refusals } from "../schemas/problem.ts";

const statusSchema = z.strictObject({ status: z.string() }).meta({ id: "Status" });

/** Open to all: an orchestrator has no token. */
export function healthRoutes(app: ApiScope, { store }: ApiDeps): void {
  const live = {
    operationId: "live",
    tags: ["operations"],
    summary: "This process answers; it has no loop of its own that could stall",
    security: [],
    response: { 200: statusSchema },
  };
  app.get("/livez", { schema: live }, async () => ({ status: "live" }));
  const ready = {
    operationId: "ready",
    tags: ["operations"],
    summary: "The configuration is loaded and Redis takes writes",
    security: [],
    response: { 200: statusSchema, ...refusals(503) },
  };
  app.get("/readyz", { schema: ready }, async () => {
    await store.ping();
    return { status: "ready" };
  });
}
