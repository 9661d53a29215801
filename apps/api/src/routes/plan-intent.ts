import { type Json, StoreUnavailable } from "@purgeline/core";
import { costIntent, costView } from "@purgeline/engine";
import { refusalOf } from "../admission-answer.ts";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { storeAway } from "../error-handler.ts";
import { givenBody } from "../given-body.ts";
import { intentBodySchema } from "../schemas/intent-body.ts";
import { planSchema } from "../schemas/plan.ts";
import { refusals } from "../schemas/problem.ts";

export function planIntent(app: ApiScope, { store, intake }: ApiDeps): void {
  const ports = { store, intake, now: () => Date.now() };
  app.post(
    "/v1/plan",
    {
      schema: {
        operationId: "planIntent",
        tags: ["intents"],
        summary: "What an intent would cost: calls, quota, time; changes nothing",
        body: intentBodySchema,
        response: {
          200: {
            description: "What it would cost; nothing was submitted",
            content: { "application/json": { schema: planSchema } },
          },
          ...refusals(400, 401, 403, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const body = givenBody(request.body as Json | undefined);
      // A plan is a POST that changes nothing: whatever Redis was silent to, no change can have been made.
      const costed = await costIntent(body, request.producer, ports).catch((error: unknown) => {
        throw error instanceof StoreUnavailable ? storeAway(error) : error;
      });
      if (costed.kind === "refused") throw refusalOf(costed, "this intent would be refused");
      return reply.code(200).send(costView(costed));
    },
  );
}
