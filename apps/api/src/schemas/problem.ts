import { z } from "zod";

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe("Stable word for programs"),
    intentId: z.string().optional().describe("With outcome-unknown: the intent that may exist"),
    errors: z.array(
      z.strictObject({
        pointer: z.string().describe("JSON pointer to the faulty value; parameters stand under /query"),
        code: z.string(),
        value: z.string().optional().describe("As given, cut, the query of a URL left out"),
        detail: z.string().describe("What is wrong and what was expected"),
      }),
    ),
  })
  .meta({ id: "Problem", description: "RFC 9457; every fault stands in `errors`" });

/** The refusals that a route may answer with, for its description. */
export function refusals(
  ...statuses: readonly (400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 503)[]
) {
  return Object.fromEntries(statuses.map((status) => [status, refusal(DESCRIPTION[status])]));
}

export function refusal(description: string) {
  return { description, content: { "application/problem+json": { schema: problemSchema } } };
}

const DESCRIPTION = {
  400: "Malformed request",
  401: "No token, or an unknown one",
  403: "The token does not allow it",
  404: "Unknown, or not visible to this token",
  409: "The first request with this Idempotency-Key is still running",
  410: "Given by this API longer than history.intents ago, and no longer kept",
  413: "The body is larger than intake.maxBodyBytes",
  415: "The body is not application/json",
  422: "Faults in the body, each with its pointer; or the key was used with another body",
  429: "Too much is pending; see Retry-After",
  503: "Redis is away (store-unavailable: nothing was changed) or silent (outcome-unknown)",
} as const;
