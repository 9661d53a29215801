import type { Json } from "@purgeline/core";
import { admitIntent, newIntentId } from "@purgeline/engine";
import { z } from "zod";
import { answerOf } from "../admission-answer.ts";
import { admissionPorts } from "../admission-ports.ts";
import type { ApiDeps, ApiScope } from "../api-deps.ts";
import { givenBody } from "../given-body.ts";
import { observeAdmission } from "../observe-admission.ts";
import { acceptedSchema } from "../schemas/intent.ts";
import { intentBodySchema } from "../schemas/intent-body.ts";
import { refusals } from "../schemas/problem.ts";

const headersSchema = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "expected 1 to 255 visible ASCII characters")
    .optional()
    .describe("Per token, kept for 24 h: the same key and body make one intent, however often it is sent"),
});

export function submitIntent(app: ApiScope, deps: ApiDeps): void {
  const ports = { ...admissionPorts(deps), intake: deps.intake, newId: newIntentId };
  app.post(
    "/v1/intents",
    {
      schema: {
        operationId: "submitIntent",
        tags: ["intents"],
        summary: "Take an intent in; answered once it is durable and staged",
        body: intentBodySchema,
        headers: headersSchema,
        response: {
          202: {
            description: "Durable and staged",
            content: { "application/json": { schema: acceptedSchema } },
          },
          ...refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const body = givenBody(request.body as Json | undefined);
      const key = request.headers["idempotency-key"] ?? null;
      const admitted = await admitIntent(body, request.producer, key, ports);
      observeAdmission(admitted, body, request.producer.name, deps);
      const { response, isReplayed } = answerOf(admitted, key);
      if (isReplayed) reply.header("idempotent-replayed", "true");
      return reply.code(202).send(response);
    },
  );
}
