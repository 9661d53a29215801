import type { Json } from "@purgeline/core";
import { costIntent, costView } from "@purgeline/engine";
import { refusalOf } from "../admission-answer.ts";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
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
      const costed = await costIntent(givenBody(request.body as Json | undefined), request.producer, ports);
      if (costed.kind === "refused") throw refusalOf(costed, "this intent would be refused");
      return reply.code(200).send(costView(costed));
    },
  );
}
